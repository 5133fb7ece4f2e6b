"""JAX as an expert sets it up for small networks on one thread: no asynchronous dispatch, and the scan unrolled.

The steps of the scan are taken one, 4 or 16 at a time, whichever is fastest.
"""

from functools import partial

import jax

from peers import jax_peer

jax.config.update("jax_cpu_enable_async_dispatch", False)

prepare = partial(jax_peer.prepare, unrolls=(1, 4, 16))
