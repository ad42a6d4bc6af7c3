"""Runs in which torch's counter sees every product of matrices.

On the CPU torch has kernels for whole attentions and whole recurrent layers that its counter knows
nothing of. Here it takes the way that other devices take, of single products.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel


@contextmanager
def every_product() -> Iterator[None]:
    """Attention and recurrent layers are run product by product."""
    fast = torch.backends.mha.get_fastpath_enabled()
    whole = torch._C._get_mkldnn_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    torch._C._set_mkldnn_enabled(False)  # what is public for it warns of other devices
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        torch._C._set_mkldnn_enabled(whole)
