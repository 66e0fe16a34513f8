/* SPDX-License-Identifier: BSD-2-Clause */
#include "properties.h"

#include <gst/gst.h>

typedef struct {
    GObject parent;
} Holder;

typedef struct {
    GObjectClass parent_class;
} HolderClass;

static GType holder_get_type(void);
G_DEFINE_TYPE(Holder, holder, G_TYPE_OBJECT)

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
}

static void
get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
}

static void
holder_class_init(HolderClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = set_property;
    object_class->get_property = get_property;
    gst_efficientnet_properties_install(object_class);
}

static void
holder_init(Holder *holder)
{
}

/* A frame's settings start as gst-inspect says. */
static void
test_defaults(void)
{
    GObjectClass *klass = g_type_class_ref(holder_get_type());
    guint n;
    g_autofree GParamSpec **specs = g_object_class_list_properties(klass, &n);

    g_assert_cmpuint(n, ==, GST_EFFICIENTNET_PROP_STATS);
    for (guint i = 0; i < n; i++) {
        GParamSpec *spec = specs[i];
        GValue value = G_VALUE_INIT;

        g_test_message("%s", spec->name);
        g_assert_cmpuint(spec->param_id, >=, 1);
        if (spec->param_id <= GST_EFFICIENTNET_PROP_LAST_OF_MODEL ||
            spec->param_id == GST_EFFICIENTNET_PROP_STATS)
            continue;
        g_value_init(&value, spec->value_type);
        gst_efficientnet_frame_settings_get(&gst_efficientnet_frame_defaults, spec->param_id,
                                            &value);
        g_assert_true(g_param_value_defaults(spec, &value));
        /* What the caps say does not change while frames flow. */
        g_assert_true(spec->flags & (spec->param_id == GST_EFFICIENTNET_PROP_TENSORS
                                         ? GST_PARAM_MUTABLE_READY
                                         : GST_PARAM_MUTABLE_PLAYING));
        g_value_unset(&value);
    }
    g_type_class_unref(klass);
}

/* Settings do not overlap. */
static void
test_apart(void)
{
    GObjectClass *klass = g_type_class_ref(holder_get_type());
    GstEfficientNetFrameSettings settings;
    GstEfficientNetProp first = GST_EFFICIENTNET_PROP_LAST_OF_MODEL + 1;
    guint n;
    g_autofree GParamSpec **specs = g_object_class_list_properties(klass, &n);

    memset(&settings, 0xff, sizeof settings);
    for (GstEfficientNetProp prop = first; prop < GST_EFFICIENTNET_PROP_STATS; prop++) {
        for (guint i = 0; i < n; i++) {
            if (specs[i]->param_id == (guint)prop)
                g_assert_true(gst_efficientnet_frame_settings_set(
                    &settings, prop, g_param_spec_get_default_value(specs[i])));
        }
    }
    for (guint i = 0; i < n; i++) {
        GValue value = G_VALUE_INIT;

        if (specs[i]->param_id < (guint)first || specs[i]->param_id >= GST_EFFICIENTNET_PROP_STATS)
            continue;
        g_value_init(&value, specs[i]->value_type);
        gst_efficientnet_frame_settings_get(&settings, specs[i]->param_id, &value);
        g_test_message("%s", specs[i]->name);
        g_assert_true(g_param_value_defaults(specs[i], &value));
        g_value_unset(&value);
    }
    g_type_class_unref(klass);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/properties/defaults", test_defaults);
    g_test_add_func("/properties/apart", test_apart);
    return g_test_run();
}
