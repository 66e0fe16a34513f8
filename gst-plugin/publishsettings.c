/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishsettings.h"

#include "publishregistry.h"

#define READY_FLAGS   (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static const GstEfficientNetPublishSettings defaults = {.held = TRUE};

static gpointer
copy_value(gconstpointer value)
{
    return g_boxed_copy(G_TYPE_VALUE, value);
}

static void
free_value(gpointer value)
{
    g_boxed_free(G_TYPE_VALUE, value);
}

void
gst_efficientnet_publish_settings_init(GstEfficientNetPublishSettings *settings)
{
    *settings = defaults;
    settings->values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_value);
}

void
gst_efficientnet_publish_settings_copy(GstEfficientNetPublishSettings *dst,
                                       const GstEfficientNetPublishSettings *src)
{
    GHashTableIter iter;
    gpointer name, value;

    *dst = *src;
    dst->stream = g_strdup(src->stream);
    dst->filter = src->filter ? gst_structure_copy(src->filter) : NULL;
    dst->values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_value);
    g_hash_table_iter_init(&iter, src->values);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_hash_table_insert(dst->values, name, copy_value(value));
}

void
gst_efficientnet_publish_settings_clear(GstEfficientNetPublishSettings *settings)
{
    g_clear_pointer(&settings->stream, g_free);
    gst_clear_structure(&settings->filter);
    g_clear_pointer(&settings->values, g_hash_table_unref);
}

gboolean
gst_efficientnet_publish_settings_set(GstEfficientNetPublishSettings *settings,
                                      const GParamSpec *spec, const GValue *value)
{
    switch (spec->param_id) {
    case GST_EFFICIENTNET_PUBLISH_PROP_METHOD:
        settings->method = g_value_get_enum(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_FORMAT:
        settings->format = g_value_get_enum(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_STREAM:
        g_free(settings->stream);
        settings->stream = g_value_dup_string(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_FILTER:
        gst_clear_structure(&settings->filter);
        settings->filter = g_value_dup_boxed(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_HELD:
        settings->held = g_value_get_boolean(value);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_STATS:
        return FALSE;
    default:
        g_hash_table_insert(settings->values, (gpointer)spec->name, copy_value(value));
        return TRUE;
    }
}

gboolean
gst_efficientnet_publish_settings_get(const GstEfficientNetPublishSettings *settings,
                                      GParamSpec *spec, GValue *value)
{
    const GValue *set;

    switch (spec->param_id) {
    case GST_EFFICIENTNET_PUBLISH_PROP_METHOD:
        g_value_set_enum(value, settings->method);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_FORMAT:
        g_value_set_enum(value, settings->format);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_STREAM:
        g_value_set_string(value, settings->stream);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_FILTER:
        g_value_set_boxed(value, settings->filter);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_HELD:
        g_value_set_boolean(value, settings->held);
        return TRUE;
    case GST_EFFICIENTNET_PUBLISH_PROP_STATS:
        return FALSE;
    default:
        set = g_hash_table_lookup(settings->values, spec->name);
        if (set)
            g_value_copy(set, value);
        else
            g_param_value_set_default(spec, value);
        return TRUE;
    }
}

static void
install_choices(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_METHOD,
        g_param_spec_enum("method", "Method", "Where the records go",
                          gst_efficientnet_publish_kind_get_type(GST_EFFICIENTNET_PUBLISH_METHOD),
                          defaults.method, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_FORMAT,
        g_param_spec_enum("format", "Format", "What the records look like",
                          gst_efficientnet_publish_kind_get_type(GST_EFFICIENTNET_PUBLISH_FORMAT),
                          defaults.format, READY_FLAGS));
}

static void
install_record_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_STREAM,
        g_param_spec_string("stream", "Stream",
                            "What the records call this stream, without the user and the password "
                            "of a URI (NULL: the name of this element)",
                            NULL, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_FILTER,
        g_param_spec_boxed(
            "filter", "Filter",
            "Which results are written: a structure with any of classes (labels or indices; "
            "others are left out), threshold (the score that a class must reach), changes (true: "
            "a result only when its best class is not the one written before), e.g. "
            "\"filter,classes=<tabby,281>,threshold=0.5,changes=true\" (NULL: all)",
            GST_TYPE_STRUCTURE, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_HELD,
        g_param_spec_boolean("held", "Held",
                             "Also write a record for buffers that carry a held result, which was "
                             "written before; otherwise every inference is written once",
                             defaults.held, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PUBLISH_PROP_STATS,
        g_param_spec_boxed("stats", "Statistics",
                           "Since the element was started: lines that were made, and of these how "
                           "many are written (to a broker: acknowledged, unless qos or acks is "
                           "0), dropped, and queued",
                           GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
gst_efficientnet_publish_settings_install(GObjectClass *klass)
{
    install_choices(klass);
    install_record_properties(klass);
    gst_efficientnet_publish_install_fields(klass, GST_EFFICIENTNET_PUBLISH_PROP_FIRST_FIELD);
}
