/* SPDX-License-Identifier: BSD-2-Clause */
#include "onvifsettings.h"

#include "publishregistry.h"

/* clang-format off */
const GstEfficientNetField gst_efficientnet_onvif_fields[] = {
    {"class-candidates", "Class candidates",
        "classes are ClassCandidate and OtherTypes, which is all that version 2.4 of the schema has "
        "(false: they are Type, with its Likelihood, as newer versions recommend)",
        G_TYPE_BOOLEAN, .offset = offsetof(GstEfficientNetOnvifSettings, class_candidates)},
    {NULL},
};
/* clang-format on */

const GstEfficientNetPublishChoice gst_efficientnet_format_onvif = {
    .nick = "onvif",
    .description = "An XML document of ONVIF's scene description; the plugin efficientnetonvif "
                   "has it",
    .type_name = "GstEfficientNetFormatOnvif",
    .plugin = "efficientnetonvif",
    .fields = gst_efficientnet_onvif_fields,
};
