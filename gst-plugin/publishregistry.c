/* SPDX-License-Identifier: BSD-2-Clause */
/* Properties come from tables that every choice adds here, not from its class. Asking the class
 * would load each method's plugin file, and libraries such as libmosquitto, as soon as GStreamer
 * inspects the classifier's; and while GStreamer builds its registry, a method's plugin file may
 * not be known yet. So properties are the same whatever is installed, can be set in any order,
 * before or after "method", and mean nothing while another method is chosen. */
#include "publishregistry.h"

#define MAX_CHOICES 16

#define POINT(name) &gst_efficientnet_##name,

static struct {
    const char *property, *type_name;
    const GstEfficientNetPublishChoice *choices[MAX_CHOICES + 1];
    GType type;
} kinds[] = {
    [GST_EFFICIENTNET_PUBLISH_METHOD] = {"method",
                                         "GstEfficientNetPublishMethod",
                                         {GST_EFFICIENTNET_PUBLISH_METHODS(POINT)},
                                         0},
    [GST_EFFICIENTNET_PUBLISH_FORMAT] = {"format",
                                         "GstEfficientNetPublishFormat",
                                         {GST_EFFICIENTNET_PUBLISH_FORMATS(POINT)},
                                         0},
};

static guint
count_choices(GstEfficientNetPublishKind kind)
{
    guint n = 0;

    while (kinds[kind].choices[n])
        n++;
    return n;
}

void
gst_efficientnet_publish_add(GstEfficientNetPublishKind kind,
                             const GstEfficientNetPublishChoice *choice)
{
    guint n = count_choices(kind);

    g_return_if_fail(kinds[kind].type == 0 && n < MAX_CHOICES);
    kinds[kind].choices[n] = choice;
}

const GstEfficientNetPublishChoice *
gst_efficientnet_publish_get(GstEfficientNetPublishKind kind, gint value)
{
    return kinds[kind].choices[value];
}

GType
gst_efficientnet_publish_kind_get_type(GstEfficientNetPublishKind kind)
{
    static GMutex lock;

    g_mutex_lock(&lock);
    if (kinds[kind].type == 0) {
        guint n = count_choices(kind);
        GEnumValue *values = g_new0(GEnumValue, n + 1); /* which GObject keeps */

        for (guint i = 0; i < n; i++)
            values[i] = (GEnumValue){(gint)i, kinds[kind].choices[i]->description,
                                     kinds[kind].choices[i]->nick};
        kinds[kind].type = g_enum_register_static(kinds[kind].type_name, values);
        gst_type_mark_as_plugin_api(kinds[kind].type, 0);
    }
    g_mutex_unlock(&lock);
    return kinds[kind].type;
}

static const GstEfficientNetField *
find_field(const GstEfficientNetPublishChoice *choice, const char *name)
{
    for (const GstEfficientNetField *field = choice->fields; field && field->name; field++)
        if (g_str_equal(field->name, name))
            return field;
    return NULL;
}

/* The blurb of the property NAME: what it means to each choice that has it. */
static char *
make_blurb(const char *name)
{
    GString *blurb = g_string_new(NULL);

    for (guint kind = 0; kind < GST_EFFICIENTNET_PUBLISH_N_KINDS; kind++) {
        for (guint i = 0; i < count_choices(kind); i++) {
            const GstEfficientNetPublishChoice *choice = kinds[kind].choices[i];
            const GstEfficientNetField *field = find_field(choice, name);

            if (field)
                g_string_append_printf(blurb, "%s %s=%s, %s", blurb->len > 0 ? "; with" : "With",
                                       kinds[kind].property, choice->nick, field->blurb);
        }
    }
    return g_string_free(blurb, FALSE);
}

static gboolean
is_installed(GObjectClass *klass, const char *name)
{
    GParamSpec *spec = g_object_class_find_property(klass, name);

    return spec && spec->owner_type == G_OBJECT_CLASS_TYPE(klass);
}

static guint
install_fields_of(const GstEfficientNetPublishChoice *choice, GObjectClass *klass, guint id)
{
    for (const GstEfficientNetField *field = choice->fields; field && field->name; field++) {
        g_autofree char *blurb = make_blurb(field->name);

        if (!is_installed(klass, field->name))
            g_object_class_install_property(klass, id++,
                                            gst_efficientnet_field_make_spec(
                                                field, blurb,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_NAME |
                                                    G_PARAM_STATIC_NICK | GST_PARAM_MUTABLE_READY));
    }
    return id;
}

void
gst_efficientnet_publish_install_fields(GObjectClass *klass, guint first_id)
{
    guint id = first_id;

    for (guint kind = 0; kind < GST_EFFICIENTNET_PUBLISH_N_KINDS; kind++)
        for (guint i = 0; i < count_choices(kind); i++)
            id = install_fields_of(kinds[kind].choices[i], klass, id);
}

/* Loads the type from its plugin file, which must be of this version, since they share
 * structures. */
static GType
load_type(const char *property, const GstEfficientNetPublishChoice *choice, GError **error)
{
    GstPluginFeature *feature = gst_registry_find_feature(gst_registry_get(), choice->type_name,
                                                          GST_TYPE_DYNAMIC_TYPE_FACTORY);
    g_autoptr(GstPlugin) plugin = feature ? gst_plugin_feature_get_plugin(feature) : NULL;
    GType type = G_TYPE_INVALID;

    g_clear_pointer(&feature, gst_object_unref);
    if (!plugin)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                    "%s: %s needs GStreamer's plugin \"%s\", which is not installed", property,
                    choice->nick, choice->plugin);
    else if (g_strcmp0(gst_plugin_get_version(plugin), EFFNET_VERSION) != 0)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "%s: the plugin \"%s\" is of version %s, and " EFFNET_VERSION " is needed",
                    property, choice->plugin, gst_plugin_get_version(plugin));
    else if ((type = gst_dynamic_type_factory_load(choice->type_name)) == G_TYPE_INVALID)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                    "%s: the plugin \"%s\" cannot be loaded", property, choice->plugin);
    return type;
}

static guint
count_fields(const GstEfficientNetPublishChoice *choice)
{
    guint n = 0;

    while (choice->fields && choice->fields[n].name)
        n++;
    return n;
}

gpointer
gst_efficientnet_publish_make(GstEfficientNetPublishKind kind, gint value, GHashTable *values,
                              GError **error)
{
    const GstEfficientNetPublishChoice *choice = gst_efficientnet_publish_get(kind, value);
    GType type =
        choice->get_type ? choice->get_type() : load_type(kinds[kind].property, choice, error);
    guint n = count_fields(choice), n_set = 0;
    g_autofree const char **names = g_new0(const char *, n);
    g_autofree GValue *own = g_new0(GValue, n); /* whose contents stay VALUES' */

    if (type == G_TYPE_INVALID)
        return NULL;
    for (guint i = 0; i < n; i++) {
        const GValue *set = g_hash_table_lookup(values, choice->fields[i].name);

        if (!set)
            continue;
        names[n_set] = choice->fields[i].name;
        own[n_set++] = *set;
    }
    return g_object_new_with_properties(type, n_set, names, own);
}
