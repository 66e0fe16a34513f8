/* SPDX-License-Identifier: BSD-2-Clause */
#include "media.h"

#include <effnet/effnet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "command.h"
#include "picture.h"
#include "uri.h"

#include "gstefficientnet.h"
#include "gstefficientnetpublish.h"

#define UNDECODED "it is damaged, or of a form that the decoders here do not take"
#define UNREACHED "its server cannot be reached, or broke the connection off"
#define TICK      (GST_SECOND / 10)
#define QUIET_END (5 * (gint64)G_USEC_PER_SEC)

/* If GStreamer cannot start its scanner, it loads all plugins into the program itself, the
 * installed plugin's elements among them; and a type cannot be registered twice. */
void
effnet_media_register_elements(void)
{
    if (g_type_from_name("GstEfficientNet") == 0)
        GST_ELEMENT_REGISTER(efficientnet, NULL);
    if (g_type_from_name("GstEfficientNetPublish") == 0)
        GST_ELEMENT_REGISTER(efficientnetpublish, NULL);
}

gboolean
effnet_media_is_uri(const char *name)
{
    return gst_uri_is_valid(name) && !g_file_test(name, G_FILE_TEST_EXISTS);
}

char *
effnet_media_new_uri(const char *name, GError **error)
{
    if (effnet_media_is_uri(name))
        return g_strdup(name);
    if (g_access(name, R_OK) == 0)
        return gst_filename_to_uri(name, error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", name, g_strerror(errno));
    return NULL;
}

static void
close_descriptor(gpointer fd)
{
    close(GPOINTER_TO_INT(fd));
}

void
effnet_media_set_uri(GstElement *source, const char *uri)
{
    g_autofree char *path = g_filename_from_uri(uri, NULL, NULL), *opened = NULL;
    struct stat st;
    int fd = -1;

    if (path && stat(path, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0)
        opened = g_strdup_printf("fd://%d", fd);
    g_object_set(source, "uri", opened ? opened : uri, NULL);
    g_object_set_data_full(G_OBJECT(source), "effnet-descriptor", GINT_TO_POINTER(fd),
                           fd >= 0 ? close_descriptor : NULL);
}

GstElement *
effnet_media_add(GstBin *bin, const char *factory, GError **error)
{
    g_autofree char *name = g_strdup_printf("%s0", factory);
    GstElement *element = gst_element_factory_make(factory, name);

    if (element == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "GStreamer's element %s is not installed", factory);
        return NULL;
    }
    gst_bin_add(bin, element);
    return element;
}

/* Showing one URI. */
typedef struct {
    GstElement *pipeline, *source;
    EffNetDecoding *decoding;
    const char *name, *uri;
    guint timeout;         /* s */
    char *missing;         /* a missing plugin's name, or NULL */
    gboolean is_undecoded; /* it failed because it could not be decoded */
} Show;

/* Whether MESSAGE comes from decoding, not from the whole pipeline, whose messages are our
 * sentences. */
static gboolean
is_about_decoding(GstMessage *message)
{
    g_autoptr(GError) reason = NULL;

    gst_message_parse_error(message, &reason, NULL);
    return reason->domain == GST_STREAM_ERROR && !GST_IS_BIN(GST_MESSAGE_SRC(message));
}

/* Some pictures' decoders never end; after a file's bytes have come, nothing more is waited for. */
static gint64
get_patience(const Show *show)
{
    gint64 patience = show->timeout * (gint64)G_USEC_PER_SEC;

    return effnet_decoding_has_picture(show->decoding) && g_str_has_prefix(show->uri, "file:")
               ? MIN(patience, QUIET_END)
               : patience;
}

/* TRUE at the end, or with an error. */
static gboolean
is_over(Show *show, GstMessage *message, GError **error)
{
    effnet_media_note_missing(&show->missing, message);
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR)
        return GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    show->is_undecoded = !show->missing && is_about_decoding(message);
    effnet_media_set_error(error, show->name, show->missing, message);
    return TRUE;
}

/* Sets the error that nothing has come for as long as patience lasts. */
static void
give_up(const Show *show, GError **error)
{
    g_autofree char *path = g_filename_from_uri(show->uri, NULL, NULL);
    const char *kind = path ? effnet_picture_get_kind_of_file(path) : NULL;

    if (effnet_decoding_has_picture(show->decoding))
        return;
    if (kind)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s: nothing has come of it for %u s: this %s picture is cut off or damaged",
                    show->name, show->timeout, kind);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                    "%s: nothing has come of it for %u s: a longer --timeout waits longer",
                    show->name, show->timeout);
}

/* Follows the pipeline until the end, an error, or so long a time with neither frames nor bytes. */
static void
follow(Show *show, GstBus *bus, GError **error)
{
    gint64 moved = g_get_monotonic_time();
    guint progress = effnet_decoding_get_progress(show->decoding);

    for (;;) {
        g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(
            bus, TICK, GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);

        if (message && is_over(show, message, error))
            return;
        if (progress != effnet_decoding_get_progress(show->decoding) ||
            effnet_decoding_is_busy(show->decoding)) {
            progress = effnet_decoding_get_progress(show->decoding);
            moved = g_get_monotonic_time();
        }
        if (g_get_monotonic_time() - moved >= get_patience(show)) {
            give_up(show, error);
            return;
        }
    }
}

static gboolean
play(Show *show, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(show->pipeline);
    g_autoptr(GError) reason = NULL;

    show->is_undecoded = FALSE;
    gst_element_set_state(show->pipeline, GST_STATE_PLAYING);
    follow(show, bus, &reason);
    gst_element_set_state(show->pipeline, GST_STATE_READY);
    gst_element_set_state(show->source, GST_STATE_NULL); /* or a source that failed would be kept */
    /* Discards further messages about this URI. */
    gst_bus_set_flushing(bus, TRUE);
    gst_bus_set_flushing(bus, FALSE);
    g_clear_pointer(&show->missing, g_free);
    if (reason == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
}

/* Elements' errors about pictures that they cannot decode name neither the file nor the reason. */
static void
explain(const Show *show, GError **error)
{
    g_autofree char *path = g_filename_from_uri(show->uri, NULL, NULL);
    const char *kind = path ? effnet_picture_get_kind_of_file(path) : NULL;

    if (effnet_decoding_is_cmyk(show->decoding))
        kind = "CMYK JPEG";
    if (!show->is_undecoded || kind == NULL)
        return;
    g_clear_error(error);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT,
                "%s: this %s picture is damaged, or of a form that GStreamer's decoders here do "
                "not decode",
                show->name, kind);
}

gboolean
effnet_media_show(GstElement *pipeline, GstElement *source, EffNetDecoding *decoding,
                  const char *name, const char *uri, guint timeout, GError **error)
{
    Show show = {pipeline, source, decoding, name, uri, timeout, NULL, FALSE};
    g_autoptr(GError) reason = NULL;

    effnet_media_set_uri(source, uri);
    effnet_decoding_begin(decoding);
    if (play(&show, &reason))
        return TRUE;
    if (effnet_decoding_begin_again(decoding)) {
        g_clear_error(&reason);
        if (play(&show, &reason))
            return TRUE;
    }
    explain(&show, &reason);
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
}

gboolean
effnet_media_set_property(GstElement *element, const char *property, const char *value,
                          GError **error)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property);
    g_auto(GValue) parsed = G_VALUE_INIT;

    if (spec == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "%s cannot be set: this build's %s has no such property", property,
                    GST_OBJECT_NAME(gst_element_get_factory(element)));
        return FALSE;
    }
    g_value_init(&parsed, G_PARAM_SPEC_VALUE_TYPE(spec));
    if (!gst_value_deserialize_with_pspec(&parsed, value, spec) ||
        g_param_value_validate(spec, &parsed)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s cannot be \"%s\"", property,
                    value);
        return FALSE;
    }
    g_object_set_property(G_OBJECT(element), property, &parsed);
    return TRUE;
}

void
effnet_media_note_missing(char **missing, GstMessage *message)
{
    if (!gst_message_has_name(message, "missing-plugin"))
        return;
    g_free(*missing);
    *missing = g_strdup(gst_structure_get_string(gst_message_get_structure(message), "name"));
}

/* Whether MESSAGE comes from a web server's element itself, since elements behind it that fail say
 * so before it does. */
static gboolean
is_from_web(GstMessage *message)
{
    GstObject *source = GST_MESSAGE_SRC(message);
    g_autofree char *uri =
        GST_IS_URI_HANDLER(source) ? gst_uri_handler_get_uri(GST_URI_HANDLER(source)) : NULL;

    return uri && (gst_uri_has_protocol(uri, "http") || gst_uri_has_protocol(uri, "https"));
}

/* "Internal data stream error" comes from an element that could not pass data on: it does not know
 * why, but how the next element answered. */
static char *
get_sentence(GstMessage *message)
{
    g_autoptr(GError) reason = NULL;
    const GstStructure *details = NULL;
    gint flow;
    gsize length;

    gst_message_parse_error(message, &reason, NULL);
    gst_message_parse_error_details(message, &details);
    if (details && gst_structure_get_int(details, "flow-return", &flow)) {
        if (flow == GST_FLOW_NOT_NEGOTIATED)
            return g_strdup("it is of a form that no decoder here takes");
        return g_strdup(is_from_web(message) ? UNREACHED : UNDECODED);
    }
    if (g_error_matches(reason, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED))
        return g_strdup(UNDECODED); /* its own text says neither what failed nor why */
    length = strlen(reason->message);
    if (length > 0 && reason->message[length - 1] == '.')
        length--;
    return g_strndup(reason->message, length);
}

void
effnet_media_set_error(GError **error, const char *name, const char *missing, GstMessage *message)
{
    g_autofree char *said = get_sentence(message);
    g_autofree char *sentence = effnet_uri_hide_passwords(said);
    const char *colon = name ? ": " : "";

    name = name ? name : "";
    if (missing)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "%s%sGStreamer's plugin for it is not installed: %s", name, colon, missing);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s%s%s", name, colon, sentence);
}

/* Several elements may open the same model; what is wrong with it is said once. */
static void
warn_once(const char *sentence)
{
    static GMutex lock;
    static char *said; /* the last one */

    g_mutex_lock(&lock);
    if (g_strcmp0(said, sentence) != 0) {
        g_free(said);
        said = g_strdup(sentence);
        effnet_command_warn(sentence);
    }
    g_mutex_unlock(&lock);
}

static void
pass_on_warnings(GstBus *bus)
{
    GstMessage *message;

    while ((message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING)) != NULL) {
        g_autoptr(GError) warning = NULL;

        gst_message_parse_warning(message, &warning, NULL);
        warn_once(warning->message);
        gst_message_unref(message);
    }
}

gboolean
effnet_media_open_model(GstElement *classifier, GstBus *bus, GError **error)
{
    g_autoptr(GstMessage) message = NULL;

    if (gst_element_set_state(classifier, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE) {
        pass_on_warnings(bus);
        return TRUE;
    }
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    if (message)
        effnet_media_set_error(error, NULL, NULL, message);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "the model cannot be opened");
    return FALSE;
}

int
effnet_media_label_length(const char *label)
{
    return (int)strcspn(label, ",");
}
