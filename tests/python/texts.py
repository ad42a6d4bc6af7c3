"""Texts that use each construct which printed source has to say in Python."""

from __future__ import annotations

FOLLOWED = {
    "modules of a loop, applied behind it": """
        block Pair() {
          input x: [N, C, H, W]
          repeat 2 { module m = _: conv(6, 2) }
          for each in m { each }
          output y = _, x
        }
        model m() {
          input x: [N, 2, H = 5, W = 7]
          Pair as y, _
          y
        }""",
    "a module inside of a loop, which runs once": """
        model m() {
          input x: [2, 4]
          repeat 2 {
            module unit = _: {
              reciprocal
              batch_norm if true
            }
          }
          for each in unit { each }
        }""",
    "a loop over one of two lists": """
        model m(wide = true) {
          input x: [N, 4]
          for i in 1..1 if wide else 0 { gelu }
        }""",
    "loops": """
        model m(widths = [8, 16], depth = 2) {
          input x: [N, 3, H = 16, W = 16]
          for width in widths {
            for i in range(depth) { conv(width, 3, padding = 1) -> batch_norm -> relu }
            max_pool(2)
          }
          repeat 2 { conv(_.channels * 2, 1) }
        }""",
    "residual": """
        block Unit(planes, stride = 1, expansion = 4) {
          let out = planes * expansion
          residual {
            conv1: conv(planes, 1, bias = false) -> bn1: batch_norm -> relu
            conv2: conv(out, 3, stride = stride, padding = 1, bias = false) -> bn2: batch_norm
          } shortcut {
            down: { conv(out, 1, stride = stride) -> relu } if stride != 1 or _.channels != out
          }
          relu
        }
        model net(unit: block, depths: list[int]) {
          input x: [N, 3, H = 32, W = 32]
          stem: conv(8, 3, padding = 1)
          for stage, depth in enumerate(depths) {
            "layer{stage + 1}": {
              for i in range(depth) {
                unit(4 * 2 ** stage, stride = 2 if stage > 0 and i == 0 else 1)
              }
            }
          }
          pool: adaptive_avg_pool(1) -> flatten
          fc: linear(10)
        }
        model m = net(Unit(expansion = 2), [2, 1])""",
    "dense": """
        block Layer(growth) { norm: batch_norm -> act: relu -> conv: conv(growth, 3, padding = 1) }
        block Dense(depth, growth) {
          for i in 1..depth { dense { "denselayer{i}": Layer(growth) } }
        }
        block Transition() { norm: batch_norm -> conv: conv(_.channels // 2, 1) }
        model m(growth = 4, depths = [2, 3]) {
          input x: [N, 3, H = 16, W = 16]
          features: {
            conv0: conv(2 * growth, 3, padding = 1)
            for i, depth in enumerate(depths) {
              "block{i + 1}": Dense(depth, growth)
              "transition{i + 1}": Transition if i + 1 < len(depths)
            }
          }
          head: conv(5, 1)
        }""",
    "branches": """
        block Inception(c1, c3) {
          concat [
            branch1: conv(c1, 1)
            branch2: { conv(c3, 1) -> relu -> conv(c3, 3, padding = 1) }
            { pool: max_pool(3, stride = 1, padding = 1) -> proj: conv(c1, 1) }
            _
          ]
        }
        model m() { input x: [N, 3, H = 16, W = 16]
          a: Inception(4, 6) -> b: Inception(2, 3) -> out: conv(7, 1) }""",
    "gate": """
        block Gate(squeezed, act: op = relu) {
          input x: [N, C, H, W]
          multiply [x, { pool: adaptive_avg_pool(1) -> fc1: conv(squeezed, 1)
            -> act: act -> fc2: conv(C, 1) }]
        }
        model m() { input image: [N, 6, H = 8, W = 8]
          g: Gate(3) -> h: Gate(2, act = identity) }""",
    "op_parameters": """
        block ConvBN(width, k = 3, norm: op = batch_norm, act: op = none) {
          conv(width, k, padding = k // 2, bias = false) -> norm -> act
        }
        model m(norm: op = batch_norm(eps = 1e-3), use: bool = true) {
          input x: [N, 3, H = 16, W = 16]
          ConvBN(8, norm = norm) -> ConvBN(8, 1, norm = none, act = relu)
          if use { ConvBN(16, act = relu) } else { conv(4, 1) -> relu }
          conv(_.channels, 1)
        }""",
    "init": """
        model m(weights: string in ["he", "glorot"] = "he", std = 0.02) {
          input x: [N, 3, H = 16, W = 16]
          conv(8, 3) -> batch_norm -> relu -> depthwise(3) -> adaptive_avg_pool(1) -> flatten
          linear(6) -> linear(2, bias = false)
          init {
            conv.weight: kaiming_normal(mode = "fan_out") if weights == "he" else xavier_uniform
            linear.weight: normal(std = std)
            *.bias: uniform(a = -0.1, b = 0.1)
          }
        }""",
    "init_in_block": """
        block B(width, k = 3) {
          c: conv(width, k, padding = 1) -> n: batch_norm with weight = zeros
          init { conv.weight: orthogonal(gain = 2) }
        }
        model m() { input x: [N, 3, H = 8, W = 8]
          a: B(4) -> b: B(6) -> c: conv(3, 1)
          init { conv.bias: normal } }""",
    "named": """
        block Up(width) { input low: [N, C, H, W], high: [N, D, H2, W2]
          concat [low, high] -> c: conv(width, 1) }
        model m() { input x: [N, 3, H = 16, W = 16]
          a: conv(4, 3, padding = 1) as skip
          b: conv(6, 3, padding = 1) -> relu
          add [c: conv(4, 1), skip] as other
          up: Up(5) [_, skip]
          concat [other, _] -> d: conv(2, 1) }""",
    "names_that_are_read_again": """
        model m(w = 4) { input x: [N, 4, H = 16, W = 16]
          conv(w, 1) as skip
          max_pool(2) -> conv(w, 1) as deep
          [conv(w, 1), conv(3, 1), relu] as a, _, b
          add [a, b] -> [conv(2, 1), conv(3, 1)] -> { concat } as end
          add [x, skip] -> max_pool(2) -> concat [_, end, deep] }""",
    "constants": """
        let TWICE = 2 * KERNEL
        let WIDTHS = [4, TWICE]
        let KERNEL = 3
        model m() { input x: [N, 3, H = 16, W = 16]
          for width in WIDTHS { conv(width, KERNEL, padding = KERNEL // 2) -> relu }
          assert len(WIDTHS) == 2, "{len(WIDTHS)} widths"
        }""",
    "comprehensions": """
        block Unit(width, groups: int = 1) { conv(width, 1, groups = groups) }
        model m(widths = [4, 8], skipped: list[bool] = [false, true], math = 3) {
          input x: [N, 4, H = 8, W = 8]
          let kept = [w * math for w, s in zip(widths, skipped) if not s]
          for i, w in enumerate(widths + [k + i for i, k in enumerate(kept)]) {
            let before = len([s for s in skipped[:i] if s])
            Unit(w * 2 ** before, groups = 2 if any([s for s in skipped]) else 1)
          }
        }""",
    "functions": """
        let STEPS = [2, 4]
        fn nearest(width: float, by: int) = max(by, int(width + by / 2) // by * by)
        ## Nine tenths are kept.
        fn enough(n: int, width: float, divisor: int = 8) = n + divisor if n < 0.9 * width else n
        fn rounded(width: float, by = 8) = enough(nearest(width, by), divisor = by, width = width)
        fn step(i: int) = STEPS[i]
        block Unit(width) { conv(rounded(width * step(0)), 1) -> relu }
        model m(factor: float = 1.4, sizes = [11, 30]) {
          input x: [N, 3, H = 8, W = 8]
          for size in sizes { Unit(size) }
          conv(rounded(factor * 9, by = step(1)), 1)
        }""",
    "computed_defaults": """
        block Unit(width, k = 3, padding = k // 2, stride: int = 1, hidden = width * 2) {
          c: conv(hidden, k, stride = stride, padding = padding) -> d: conv(width, 1)
        }
        block Narrow(width, squeezed = width // 4) { conv(squeezed, 1) }
        model m() {
          input x: [N, 3, H = 8, W = 8]
          a: Unit(8) -> b: Unit(4, k = 5, stride = 2) -> c: Unit(4, padding = 0, hidden = 3)
          d: Narrow(8) -> e: Narrow(8, squeezed = 3)
        }""",
    "default_block": """
        block One(width) { conv(width, 1) }
        block Other(width) { conv(width, 3, padding = 1) -> relu }
        model net(unit: block = One, widths = [4, 5]) {
          input x: [N, 3, H = 8, W = 8]
          for width in widths { unit(width) }
        }
        model m = net(Other)""",
    "own_weights": """
        block Unit(width, norm: op = batch_norm, zero: bool = false) {
          c: conv(width, 1)
          n: norm with weight = (zeros if zero else ones) with bias = constant(0.5)
          out: conv(_.channels, 1, bias = false)
        }
        model m(zero: bool = true) {
          input x: [N, 3, H = 8, W = 8]
          a: Unit(4, zero = zero) -> b: Unit(4, norm = batch_norm(eps = 1e-3))
          init { conv.weight: kaiming_normal }
        }""",
    "condition_on_a_function": """
        block Unit(width, p: float = 0.0) {
          let same = _.channels == width
          let twice = 2 * width
          _ as start
          wide: conv(twice, 1) -> narrow: conv(width, 1)
          dropout(p) if p > 0
          add [_, start] if same
          add [_, start, start] if same and p > 0
        }
        model m(p: float = 0.1) {
          input x: [N, 4, H = 8, W = 8]
          a: Unit(4) -> b: Unit(8) -> c: Unit(8, p = p)
        }""",
    "channels_in_arms": """
        model m(wide = true, depth = 3) { input x: [N, 3, H = 8, W = 8]
          for i in range(depth) {
            if i % 2 == 0 { conv(4, 1) } else if wide { conv(8, 1) -> relu } else { relu }
            batch_norm
          }
          let out = _.channels * 2
          conv(out, 1)
        }""",
    "shadowed_names": """
        model m() { input x: [N, 3, H = 8, W = 8]
          for width in [4, 5] { conv(width, 1) }
          for width in [6, 7] { conv(width, 1) -> conv(width + _.channels, 1) }
          { let layers = 3 conv(layers, 1) }
        }""".replace("let layers = 3 conv", "let layers = 3\n conv"),
    "chains_in_a_chain": """
        model m(depth = 2) {
          input x: [N, 3, H = 8, W = 8]
          features: {
            conv(4, 1)
            _: { for i in range(depth) { conv(4 + i, 3) -> relu } }
            _: { for i in range(depth) { conv(6 + i, 1) -> relu } }
          }
          global_avg_pool -> head: linear(3)
        }
    """,
    "blocks_in_a_table": """
        block Narrow(width) {
          let skips = _.channels == width
          _ as before
          f: { conv(width, 1) }
          add [_, before] if skips
        }

        block Wide(width) {
          let skips = _.channels == width
          _ as before
          f: { conv(width, 3, padding = 1) }
          add [_, before] if skips
        }

        model m(rows = [[Narrow, 4, 1], [Wide, 6, 1], [Narrow, 6, 2]]) {
          input x: [N, 3, H = 8, W = 8]
          features: {
            for part, width, depth in rows { _: { repeat depth { part(width) } } }
          }
          global_avg_pool -> head: linear(3)
        }
    """,
}
"""Texts of which the source must follow the text."""

LITERAL = {
    "parameters": """
        model m() { input x: [N, 4, H = 8, W = 8]
          c: conv(4, 1)
          param scale: [4, 1, 1] = normal(std = 0.1)
          buffer shift: [1] = ones
          group: { d: conv(4, 1)
            param inner: [1] = zeros
            add [_, inner] -> e: conv(4, 1) }
          multiply [_, scale] -> add [_, shift] }""",
    "shared": """
        block B(width) { conv(width, 1) -> residual { conv(width, 1) } }
        model m() { input x: [N, 4, H = 8, W = 8]
          module head = { conv(4, 1) -> relu }
          module one = B(4)
          head -> one -> head -> one }""",
    "shared_at_two_sizes": """
        block B() { c: conv(4, 3, padding = 1) -> add [_, _] if _.height > 4 }
        model m() { input x: [N, 4, 8, 8]
          module one = B
          one -> max_pool(2) -> one }""",
    "training": """
        model m() { input x: [N, 3, H = 16, W = 16]
          body: conv(4, 3)
          train_only { aux: { adaptive_avg_pool(1) -> flatten -> linear(5) } as aux }
          head: { adaptive_avg_pool(1) -> flatten -> linear(5) } as logits
          output logits = logits
          output aux = aux when training }""",
    "outputs": """
        model m() { input x: [N, 3, H = 16, W = 16]
          a: conv(4, 3) as low
          b: conv(5, 3) as high
          output low = low, count = high
          train_only { conv(2, 1) as more }
          output index = more when training }""",
    "groups_with_values_outside": """
        model m() { input x: [N, 3, H = 16, W = 16]
          g: { a: conv(4, 1) as inside
            b: conv(4, 1)
            "c-0": { conv(4, 1) -> relu } }
          add [_, inside] -> h: { conv(4, 1) as other
            residual { conv(4, 1) } }
          concat [_, other, x] }""",
    "numbered_by_text": """
        model m() { input x: [N, 3, H = 16, W = 16]
          s: { "5": conv(4, 1) -> "2": conv(5, 1) }
          _: { conv(3, 1) -> relu }
          _: concat [_, x] }""",
    "paths": """
        block B(w) { a: conv(w, 1) -> n: batch_norm with weight = normal(std = 0.5) }
        model m() { input x: [N, 3, H = 16, W = 16]
          l1: { B(4) -> B(5) }
          l2: { B(4) -> depthwise(3) -> conv(2, 1) }
          init {
            *.weight: constant(val = 0.5)
            conv.weight: normal(std = sqrt(2 / fan_in))
            depthwise.weight: uniform(b = 1 / fan_out)
            "l1.*.a".weight: xavier_normal
            "l*.0.n".bias: normal
          } }""",
    "nothing": "model m() { input x: [N, 3, H = 4, W = 4] }",
    "one_op": "model m() { input x: [N, 3]\n linear(2) }",
    "empty_block": """
        block Nothing() { }
        model m() { input x: [N, 3]
          a: Nothing -> b: { } -> c: linear(2) }""",
    "several_inputs": """
        model m() { input x: [N, 3], y: [N, 4], ids: int[N, 2]
          concat [x, y] -> a: linear(5) -> concat [_, x] }""",
    "numbers": """
        model m() { input x: [N, 3, L = 8]
          batch_norm(eps = 1e-300, momentum = 0.1) -> conv(2, [3], padding = [1])
          -> batch_norm(momentum = none) -> dropout(0.25) }""",
    "skips": """
        block Double(w) { conv(w, 3, padding = 1) -> relu }
        model m(widths = [4, 6]) { input x: [N, 3, H = 16, W = 16]
          for w in widths {
            Double(w) as skips
            conv(w, 1)
          }
          for skip, w in reversed(zip(skips, widths)) {
            concat [skip, _] -> Double(w)
          } }""",
}
"""Texts that are printed from the graph, wholly or in part, or may be."""

DOCS = '''
    ## A file about "quotes", \\\\ backslashes and """triple""" ones.

    arch 1

    ## A block: "quoted"
    ##
    ##     indented \\n
    block B(w) { conv(w, 1) }

    ## Ends with a quote"
    model m() { input x: [N, 3, H = 4, W = 4]
      B(2) }
'''
