"""The rules that say less than the parser's.

The parser takes more than the language has, to refuse it with words of its own, and reads tokens
that its earlier passes have told apart.
"""

RULES = r"""
%override start: (edition | any_item) (_NL any_item)*
%override any_item: import_ | part | variant | function | let
%override edition: ARCH "1"

%override variant: MODEL NAME "=" NAME [arguments]

%override any_statement: pipeline | let | if_ | assert_ | input_ | output | raw | module
                       | train_only | init
%override any_rule: rule
%override repeat: REPEAT sum body

// A condition stands behind the last stage, and before no names.
%override pipeline: stage ("->" stage)* [bindings] ["::" shape]
                  | (stage "->")* conditioned ["::" shape]
%override stage: [label] any_unit override*
conditioned: stage condition
%override label: (LABEL | text) ":"

// A loop may be a branch, and heads none.
%override branches: LSQB (any_branch (_SEP any_branch)* _SEP?)? RSQB
%override any_branch: branch | for_ | repeat | if_ | let
branch: head ("->" stage)* [bindings] ["::" shape]
      | (head "->" (stage "->")* stage | head) condition ["::" shape]
head: [label] unlooped override*
    | label any_unit override*
unlooped: use | splice | sequence | branches | residual | dense

// What is in brackets behind a name says whether they are those of an item, or of branches.
%override any_place: INDEX [MINUS] INT ((PLUS | MINUS | STAR) (NAME | INT))* RSQB
                   | INDEX NAME ((PLUS | MINUS | STAR) (NAME | INT))+ RSQB
                   | INDEX [[MINUS] INT] ":" [[MINUS] INT] RSQB

// "step" and "of" are words of their own only between what these rules have.
%override range: sum ".." counted STEP counted | sum (".." sum)?
%override type: NAME ["[" type ["in" either] "]" [OF counted]] | INIT
counted: WORD | INT | LPAR expression RPAR
%override parameter: NAME [":" type | COLON_OF_LINE BLOCK] ["in" either] ["=" expression]

// No chains of comparisons, and no attributes of numbers.
%override negation: range [any_comparison range]
                  | NOT+ range [any_comparison range]
%override membership: IN | "not in"
%override access: holder (attribute | index | slice | arguments)* | number | constant
holder: name | text | group | list | comprehension
%override arguments: LPAR (positional ("," positional)* ("," named)* ","?)? RPAR
                   | LPAR named ("," named)* ","? RPAR

// Decoders do not go back to where a longer token did not come about.
%override number: (INT | float) BLANK
%override text: QUOTE (CHUNK | "{{" | "}}" | HOLE expression HOLE_END)* QUOTE_END
float: DIGITS "." DIGITS [EXPONENT] | DIGITS EXPONENT

%override module_path: (NAME ".")* LABEL

%declare LABEL QUOTE QUOTE_END HOLE HOLE_END DIGITS EXPONENT BLANK COLON_OF_LINE WORD
"""

ABSENT = {"hole": frozenset({"text"})}
"""What rules of expressions do without: the first quote or brace ends a string or its hole."""
