/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishregistry.h"

#include "gstefficientnetpublish.h"
#include "publishfile.h"

/* A method with one property of its own and one of mqtt's. */
typedef struct {
    GObject parent;
    gboolean retain;
    char *group;
} Pigeons;

typedef GObjectClass PigeonsClass;

static const GstEfficientNetField fields[] = {
    {"retain", "Retain", "feed them", G_TYPE_BOOLEAN, .offset = offsetof(Pigeons, retain)},
    {"group", "Group", "the flock", G_TYPE_STRING, .offset = offsetof(Pigeons, group)},
    {NULL},
};

static GType pigeons_get_type(void);
G_DEFINE_TYPE(Pigeons, pigeons, G_TYPE_OBJECT)

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&fields[id - 1], object, value);
}

static void
finalize(GObject *object)
{
    gst_efficientnet_fields_clear(fields, object);
    G_OBJECT_CLASS(pigeons_parent_class)->finalize(object);
}

static void
pigeons_class_init(PigeonsClass *klass)
{
    klass->set_property = set_property;
    klass->finalize = finalize;
    gst_efficientnet_fields_install(fields, klass);
}

static void
pigeons_init(Pigeons *self)
{
}

static const GstEfficientNetPublishChoice pigeons = {
    .nick = "pigeons",
    .description = "By pigeon",
    .get_type = pigeons_get_type,
    .fields = fields,
};

/* The values that existing launch lines and code have. */
enum {
    FILE_METHOD,
    MQTT_METHOD,
};

/* The value of pigeons, the last one. */
static gint
find_pigeons(void)
{
    gint value = 0;

    while (gst_efficientnet_publish_get(GST_EFFICIENTNET_PUBLISH_METHOD, value) != &pigeons)
        value++;
    return value;
}

static void
test_enumerations(void)
{
    GEnumClass *methods =
        g_type_class_ref(gst_efficientnet_publish_kind_get_type(GST_EFFICIENTNET_PUBLISH_METHOD));
    GEnumClass *formats =
        g_type_class_ref(gst_efficientnet_publish_kind_get_type(GST_EFFICIENTNET_PUBLISH_FORMAT));

    g_assert_cmpstr(G_ENUM_CLASS_TYPE_NAME(methods), ==, "GstEfficientNetPublishMethod");
    g_assert_cmpint(methods->n_values, ==, find_pigeons() + 1);
    g_assert_cmpint(g_enum_get_value_by_nick(methods, "file")->value, ==, FILE_METHOD);
    g_assert_cmpint(g_enum_get_value_by_nick(methods, "mqtt")->value, ==, MQTT_METHOD);
    g_assert_cmpint(g_enum_get_value_by_nick(methods, "pigeons")->value, ==, find_pigeons());
    g_assert_cmpstr(g_enum_get_value(methods, find_pigeons())->value_name, ==, "By pigeon");
    g_assert_cmpint(g_enum_get_value_by_nick(formats, "json")->value, ==, 0);
    g_type_class_unref(methods);
    g_type_class_unref(formats);
}

static void
assert_blurb(GObject *element, const char *name, const char *expected)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name);

    g_assert_nonnull(spec);
    g_assert_true(spec->owner_type == GST_TYPE_EFFICIENTNET_PUBLISH);
    g_assert_cmpstr(g_param_spec_get_blurb(spec), ==, expected);
}

/* The element has one property for all choices that have one of that name. */
static void
test_properties(void)
{
    GObject *element = g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH, NULL);

    assert_blurb(element, "group", "With method=pigeons, the flock");
    assert_blurb(element, "retain",
                 "With method=mqtt, the broker keeps the newest record for those who subscribe "
                 "later; with method=pigeons, feed them");
    assert_blurb(element, "max-files",
                 "With method=file, how many files renamed by max-size are kept (0: none)");
    g_object_unref(element);
}

/* Such a property must be equal in all choices, since the element has only one. */
static void
test_same_names(void)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (gint value = 0; value <= find_pigeons(); value++) {
        const GstEfficientNetField *field =
            gst_efficientnet_publish_get(GST_EFFICIENTNET_PUBLISH_METHOD, value)->fields;

        for (; field->name; field++) {
            const GstEfficientNetField *first = g_hash_table_lookup(seen, field->name);

            if (!first) {
                g_hash_table_insert(seen, (gpointer)field->name, (gpointer)field);
                continue;
            }
            g_assert_cmpuint(first->type, ==, field->type);
            g_assert_cmpuint(first->minimum, ==, field->minimum);
            g_assert_cmpuint(first->maximum, ==, field->maximum);
            g_assert_cmpuint(first->initial, ==, field->initial);
        }
    }
    g_assert_cmpuint(g_hash_table_size(seen), >=, 3 + 12 + 1);
    g_hash_table_unref(seen);
}

static gpointer
make(gint method, const char *name, const char *text, GError **error)
{
    g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);
    GValue value = G_VALUE_INIT;
    gpointer object;

    g_value_init(&value, G_TYPE_STRING);
    g_value_set_string(&value, text);
    g_hash_table_insert(values, (gpointer)name, &value);
    object = gst_efficientnet_publish_make(GST_EFFICIENTNET_PUBLISH_METHOD, method, values, error);
    g_value_unset(&value);
    return object;
}

/* What was set for another method does not matter. */
static void
test_make(void)
{
    Pigeons *object = make(find_pigeons(), "group", "grey", NULL);

    g_assert_cmpstr(object->group, ==, "grey");
    g_assert_false(object->retain);
    g_object_unref(object);
    object = make(find_pigeons(), "location", "/nonexistent", NULL);
    g_assert_true(G_OBJECT_TYPE(object) == pigeons_get_type());
    g_object_unref(object);
    object = make(FILE_METHOD, "group", "grey", NULL);
    g_assert_true(G_OBJECT_TYPE(object) == GST_TYPE_EFFICIENTNET_PUBLISH_FILE);
    g_object_unref(object);
}

/* This test sees only GStreamer's own plugins. */
static void
test_not_installed(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(make(MQTT_METHOD, "topic", "a", &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
    g_assert_cmpstr(error->message, ==,
                    "method: mqtt needs GStreamer's plugin \"efficientnetmqtt\", which is not "
                    "installed");
}

static gboolean
init_plugin(GstPlugin *plugin)
{
    return gst_dynamic_type_register(
        plugin,
        g_type_register_static_simple(G_TYPE_OBJECT, "GstEfficientNetPublishMqtt",
                                      sizeof(GObjectClass), NULL, sizeof(GObject), NULL, 0));
}

/* After those for which it is not installed. */
static void
test_another_version(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(gst_plugin_register_static(GST_VERSION_MAJOR, GST_VERSION_MINOR,
                                             "efficientnetmqtt", "of another version", init_plugin,
                                             "0.0.9", "BSD", "test", "test", "test"));
    g_assert_null(make(MQTT_METHOD, "topic", "a", &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, "0.0.9"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_efficientnet_publish_add(GST_EFFICIENTNET_PUBLISH_METHOD, &pigeons);
    g_test_add_func("/publishregistry/enumerations", test_enumerations);
    g_test_add_func("/publishregistry/properties", test_properties);
    g_test_add_func("/publishregistry/same-names", test_same_names);
    g_test_add_func("/publishregistry/make", test_make);
    g_test_add_func("/publishregistry/not-installed", test_not_installed);
    g_test_add_func("/publishregistry/another-version", test_another_version);
    return g_test_run();
}
