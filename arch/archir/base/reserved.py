"""Names that a child of a torch module cannot have, and why.

They are the names of ``nn.Module`` and of torch's containers ``nn.Sequential``, ``nn.ModuleList``
and ``nn.ModuleDict``: torch refuses a child of such a name, or the child would hide what torch
itself calls. A test compares them with the torch that is installed. archc's live modules add one
name of their own, under which they hold what they run.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_MODULE_ATTRIBUTES = """
T_destination __annotations__ __class__ __dict__ __doc__ __module__ __weakref__ _backward_hooks
_backward_pre_hooks _buffers _compiled_call_impl _forward_hooks _forward_hooks_always_called
_forward_hooks_with_kwargs _forward_pre_hooks _forward_pre_hooks_with_kwargs
_is_full_backward_hook _load_state_dict_post_hooks _load_state_dict_pre_hooks _modules
_non_persistent_buffers_set _parameters _state_dict_hooks _state_dict_pre_hooks _version
call_super_init dump_patches training
"""
_MODULE_METHODS = """
__call__ __delattr__ __dir__ __eq__ __format__ __ge__ __getattr__ __getattribute__ __getstate__
__gt__ __hash__ __init__ __init_subclass__ __le__ __lt__ __ne__ __new__ __reduce__ __reduce_ex__
__repr__ __setattr__ __setstate__ __sizeof__ __str__ __subclasshook__ _apply _call_impl
_get_backward_hooks _get_backward_pre_hooks _get_name _load_from_state_dict
_maybe_warn_non_full_backward_hook _named_members _register_load_state_dict_pre_hook
_register_state_dict_hook _replicate_for_data_parallel _save_to_state_dict _slow_forward
_wrapped_call_impl add_module apply bfloat16 buffers children compile cpu cuda double eval
extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu
load_state_dict modules mtia named_buffers named_children named_modules named_parameters
parameters register_backward_hook register_buffer register_forward_hook
register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
set_extra_state set_submodule share_memory state_dict to to_empty train type xpu zero_grad
"""
_SEQUENTIAL_METHODS = """
__add__ __delitem__ __getitem__ __iadd__ __imul__ __iter__ __len__ __mul__ __rmul__ __setitem__
_get_item_by_idx append extend insert pop
"""
_MODULE_LIST_METHODS = "_get_abs_string_index"
_MODULE_DICT_METHODS = "__contains__ clear items keys update values"
_LIVE_ATTRIBUTES = "_archc_plan"

_GROUPS = (
    ("archc", "attribute", _LIVE_ATTRIBUTES),
    ("nn.ModuleDict", "method", _MODULE_DICT_METHODS),
    ("nn.ModuleList", "method", _MODULE_LIST_METHODS),
    ("nn.Sequential", "method", _SEQUENTIAL_METHODS),
    ("nn.Module", "method", _MODULE_METHODS),
    ("nn.Module", "attribute", _MODULE_ATTRIBUTES),
)


def is_pythons(name: str) -> bool:
    """Whether Python keeps a name for itself; each version gives classes more of such names."""
    return len(name) > 4 and name.startswith("__") and name.endswith("__")


RESERVED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {name: (owner, kind) for owner, kind, names in _GROUPS for name in names.split()}
)
"""All such names, with the class that has each, and what it is there."""


def why_not(label: str) -> str | None:
    """Why a torch module cannot carry a child of this name; None if it can."""
    if not label:
        return "it is empty"
    if "." in label:
        return "a dot separates the names in a state-dict key"
    if is_pythons(label):
        return "Python keeps names that begin and end with __ for itself"
    reserved = RESERVED.get(label)
    if reserved is not None:
        owner, kind = reserved
        return f"{owner} has {_a(kind)} of that name"
    return None


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
