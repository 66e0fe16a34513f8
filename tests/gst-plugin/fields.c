/* SPDX-License-Identifier: BSD-2-Clause */
#include "fields.h"

typedef struct {
    GObject parent;
    char *text;
    gboolean flag;
    guint number;
    guint64 large;
} Thing;

typedef GObjectClass ThingClass;

static const GstEfficientNetField fields[] = {
    {"text", "Text", "a text", G_TYPE_STRING, .offset = offsetof(Thing, text)},
    {"flag", "Flag", "a flag", G_TYPE_BOOLEAN, .offset = offsetof(Thing, flag), .initial = TRUE},
    {"number", "Number", "a number", G_TYPE_UINT, .offset = offsetof(Thing, number), .minimum = 1,
     .maximum = 9, .initial = 3},
    {"large", "Large", "a large one", G_TYPE_UINT64, .offset = offsetof(Thing, large),
     .maximum = G_MAXUINT64, .initial = G_GUINT64_CONSTANT(1) << 40},
    {NULL},
};

static GType thing_get_type(void);
G_DEFINE_TYPE(Thing, thing, G_TYPE_OBJECT)

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&fields[id - 1], object, value);
}

static void
finalize(GObject *object)
{
    gst_efficientnet_fields_clear(fields, object);
    g_assert_null(((Thing *)object)->text);
    G_OBJECT_CLASS(thing_parent_class)->finalize(object);
}

static void
thing_class_init(ThingClass *klass)
{
    klass->set_property = set_property;
    klass->finalize = finalize;
    gst_efficientnet_fields_install(fields, klass);
}

static void
thing_init(Thing *self)
{
}

static void
test_initial(void)
{
    Thing *thing = g_object_new(thing_get_type(), NULL);

    g_assert_null(thing->text);
    g_assert_true(thing->flag);
    g_assert_cmpuint(thing->number, ==, 3);
    g_assert_cmpuint(thing->large, ==, G_GUINT64_CONSTANT(1) << 40);
    g_object_unref(thing);
}

static void
test_set(void)
{
    Thing *thing = g_object_new(thing_get_type(), "text", "first", NULL);

    g_object_set(thing, "text", "a", "flag", FALSE, "number", 9, "large", G_MAXUINT64, NULL);
    g_assert_cmpstr(thing->text, ==, "a");
    g_assert_false(thing->flag);
    g_assert_cmpuint(thing->number, ==, 9);
    g_assert_cmpuint(thing->large, ==, G_MAXUINT64);
    g_object_unref(thing);
}

static void
test_spec(void)
{
    GParamSpec *own = gst_efficientnet_field_make_spec(&fields[2], NULL, G_PARAM_READABLE);
    GParamSpec *other = gst_efficientnet_field_make_spec(&fields[2], "Another", G_PARAM_READABLE);

    g_assert_cmpstr(g_param_spec_get_name(own), ==, "number");
    g_assert_cmpstr(g_param_spec_get_nick(own), ==, "Number");
    g_assert_cmpstr(g_param_spec_get_blurb(own), ==, "a number");
    g_assert_cmpstr(g_param_spec_get_blurb(other), ==, "Another");
    g_assert_cmpuint(G_PARAM_SPEC_UINT(own)->minimum, ==, 1);
    g_assert_cmpuint(G_PARAM_SPEC_UINT(own)->maximum, ==, 9);
    g_assert_cmpuint(own->flags, ==, G_PARAM_READABLE);
    g_param_spec_unref(g_param_spec_ref_sink(own));
    g_param_spec_unref(g_param_spec_ref_sink(other));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fields/initial", test_initial);
    g_test_add_func("/fields/set", test_set);
    g_test_add_func("/fields/spec", test_spec);
    return g_test_run();
}
