/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/error.h>

/* Not with G_DEFINE_QUARK(), whose argument clang-format takes for a subtraction. */
GQuark
effnet_error_quark(void)
{
    return g_quark_from_static_string("effnet-error-quark");
}
