/* SPDX-License-Identifier: BSD-2-Clause */
#include "homesensor.h"

#include <string.h>

#include "json.h"

/* What Home Assistant takes as a state, in characters. */
#define MAX_STATE 255
/* A list to choose from, which Home Assistant hands on with every state. */
#define MAX_OPTIONS       256
#define MAX_OPTIONS_BYTES 8192
/* Characters of a text in an identifier. */
#define MAX_ID 64

char *
gst_efficientnet_home_make_id(const char *text)
{
    g_autofree char *kept = g_strndup(text, MAX_ID);

    g_strcanon(kept, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS, '_');
    return g_strdup_printf("%s_%08x", kept, g_str_hash(text));
}

GstEfficientNetHomeSensor *
gst_efficientnet_home_sensor_new(GstEfficientNetWriter *writer, const char *device,
                                 const char *element)
{
    GstEfficientNetHomeSensor *sensor = g_new0(GstEfficientNetHomeSensor, 1);
    g_autofree char *name = g_strdelimit(g_strdup(element), "/", '_');
    g_autofree char *state = g_strconcat(device, "/", name, "/state", NULL);
    g_autofree char *attributes = g_strconcat(device, "/", name, "/attributes", NULL);

    sensor->element = g_strdup(element);
    sensor->id = gst_efficientnet_home_make_id(element);
    sensor->state_topic = gst_efficientnet_writer_make_topic(writer, state);
    sensor->attributes_topic = gst_efficientnet_writer_make_topic(writer, attributes);
    return sensor;
}

void
gst_efficientnet_home_sensor_free(GstEfficientNetHomeSensor *sensor)
{
    g_free(sensor->element);
    g_free(sensor->id);
    g_free(sensor->state_topic);
    g_free(sensor->attributes_topic);
    g_free(sensor->model);
    g_strfreev(sensor->options);
    g_free(sensor->state);
    g_free(sensor->attributes);
    g_free(sensor);
}

/* A label as a state; neither empty nor what says that there is none. */
static char *
make_state(const char *label, gint index)
{
    g_autofree char *valid = g_utf8_make_valid(label ? label : "", -1);

    if (!*valid)
        return g_strdup_printf("%d", index);
    if (g_str_equal(valid, GST_EFFICIENTNET_HOME_NONE))
        return g_ascii_strdown(valid, -1);
    return g_utf8_strlen(valid, -1) <= MAX_STATE ? g_steal_pointer(&valid)
                                                 : g_utf8_substring(valid, 0, MAX_STATE);
}

static char *
make_result_state(const GstEfficientNetResult *result)
{
    if (!result || gst_efficientnet_result_is_unknown(result))
        return g_strdup(GST_EFFICIENTNET_HOME_NONE);
    return make_state(gst_efficientnet_result_get_label(result, 0),
                      gst_efficientnet_result_get_index(result, 0));
}

static char *
make_attributes(const GstEfficientNetResult *result)
{
    GString *out = g_string_new("{");

    if (result && !gst_efficientnet_result_is_unknown(result)) {
        g_string_append(out, "\"confidence\":");
        gst_efficientnet_json_append_score(out, gst_efficientnet_result_get_score(result, 0));
        g_string_append_printf(out, ",\"index\":%d,", gst_efficientnet_result_get_index(result, 0));
    }
    if (result) {
        g_string_append(out, "\"model\":");
        gst_efficientnet_json_append_string(out, result->model);
    }
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}

gboolean
gst_efficientnet_home_sensor_set(GstEfficientNetHomeSensor *sensor,
                                 const GstEfficientNetResult *result)
{
    g_autofree char *state = make_result_state(result);

    if (g_strcmp0(state, sensor->state) == 0)
        return FALSE;
    g_free(sensor->state);
    g_free(sensor->attributes);
    sensor->state = g_steal_pointer(&state);
    sensor->attributes = make_attributes(result);
    return TRUE;
}

gboolean
gst_efficientnet_home_sensor_fits(const GstEfficientNetHomeSensor *sensor,
                                  const GstEfficientNetResult *result)
{
    g_autofree char *state = make_result_state(result);

    return g_strcmp0(sensor->model, result->model) == 0 &&
           (!sensor->options || g_str_equal(state, GST_EFFICIENTNET_HOME_NONE) ||
            g_strv_contains((const char *const *)sensor->options, state));
}

void
gst_efficientnet_home_sensor_set_options(GstEfficientNetHomeSensor *sensor, const char *model,
                                         const char *const *labels)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) options = g_ptr_array_new_with_free_func(g_free);
    gsize bytes = 0;

    g_free(sensor->model);
    sensor->model = g_strdup(model);
    g_clear_pointer(&sensor->options, g_strfreev);
    for (gint i = 0; labels && labels[i]; i++) {
        char *state = make_state(labels[i], i);

        g_ptr_array_add(options, state);
        bytes += strlen(state);
        if (options->len > MAX_OPTIONS || bytes > MAX_OPTIONS_BYTES)
            return;
        if (!g_hash_table_add(seen, state))
            g_ptr_array_remove_index(options, options->len - 1);
    }
    if (options->len == 0)
        return;
    g_ptr_array_add(options, NULL);
    sensor->options = (char **)g_ptr_array_free(g_steal_pointer(&options), FALSE);
}

static void
append_pair(GString *out, const char *key, const char *value)
{
    g_string_append_printf(out, ",\"%s\":", key);
    gst_efficientnet_json_append_string(out, value);
}

void
gst_efficientnet_home_sensor_append(const GstEfficientNetHomeSensor *sensor, GString *out,
                                    const char *device, gboolean named, guint expire_after)
{
    g_autofree char *id = g_strconcat(device, "_", sensor->id, NULL);

    g_string_append(out, "{\"p\":\"sensor\"");
    append_pair(out, "unique_id", id);
    if (named)
        append_pair(out, "name", sensor->element);
    else
        g_string_append(out, ",\"name\":null");
    append_pair(out, "state_topic", sensor->state_topic);
    append_pair(out, "json_attributes_topic", sensor->attributes_topic);
    if (expire_after > 0)
        g_string_append_printf(out, ",\"expire_after\":%u", expire_after);
    if (sensor->options) {
        append_pair(out, "device_class", "enum");
        g_string_append(out, ",\"options\":[");
        for (guint i = 0; sensor->options[i]; i++) {
            if (i > 0)
                g_string_append_c(out, ',');
            gst_efficientnet_json_append_string(out, sensor->options[i]);
        }
        g_string_append_c(out, ']');
    }
    g_string_append_c(out, '}');
}
