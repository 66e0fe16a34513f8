/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttclient.h"

#include <errno.h>
#include <netdb.h>

#include "credentials.h"

#define MQTT_PORT         1883
#define MQTTS_PORT        8883
#define USER_VARIABLE     "EFFNET_MQTT_USER"
#define PASSWORD_VARIABLE "EFFNET_MQTT_PASSWORD"
#define REFUSED           "the broker refuses this side's TLS, or its certificate"
/* OpenSSL's errors: an errno, or a reason; reasons from 1000 on are alerts of the other side. */
#define SYSTEM_ERROR G_GUINT64_CONSTANT(0x80000000)
#define REASON       0xfff
#define FIRST_ALERT  1000

gboolean
gst_efficientnet_mqtt_address_parse(const char *text, GstEfficientNetMqttAddress *address,
                                    GError **error)
{
    g_autofree char *full = NULL;
    g_autoptr(GUri) uri = NULL;

    if (!text || !*text)
        text = "localhost";
    full = strstr(text, "://") ? g_strdup(text) : g_strconcat("mqtt://", text, NULL);
    uri = g_uri_parse(full, G_URI_FLAGS_NONE, NULL);
    /* No valid address has an @; an invalid one may belong to a password. */
    if (strchr(full, '@')) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "address: user and password do not belong there, where others see them: put "
                    "them into a credentials-file, or " USER_VARIABLE " and " PASSWORD_VARIABLE);
        return FALSE;
    }
    address->tls = uri && strcmp(g_uri_get_scheme(uri), "mqtts") == 0;
    if (!uri || (!address->tls && strcmp(g_uri_get_scheme(uri), "mqtt") != 0) ||
        !g_uri_get_host(uri) || !*g_uri_get_host(uri) || g_uri_get_port(uri) == 0 ||
        strlen(g_uri_get_path(uri)) > 1 || g_uri_get_query(uri) || g_uri_get_fragment(uri)) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "address: HOST, HOST:PORT, mqtt://HOST:PORT or mqtts://HOST:PORT was expected, "
                    "and \"%s\" was found",
                    text);
        return FALSE;
    }
    address->host = g_strdup(g_uri_get_host(uri));
    address->port = g_uri_get_port(uri);
    if (address->port < 0)
        address->port = address->tls ? MQTTS_PORT : MQTT_PORT;
    address->name = g_strdup_printf(strchr(address->host, ':') ? "%s://[%s]:%d" : "%s://%s:%d",
                                    g_uri_get_scheme(uri), address->host, address->port);
    return TRUE;
}

void
gst_efficientnet_mqtt_address_clear(GstEfficientNetMqttAddress *address)
{
    g_clear_pointer(&address->host, g_free);
    g_clear_pointer(&address->name, g_free);
}

static gboolean
is_reset(gint64 number)
{
    return number == EPROTO || number == ECONNRESET || number == EPIPE;
}

/* While closing its socket, the library may write to it, and so lose the previous error. */
static gboolean
is_lost(int code)
{
    return code == MOSQ_ERR_CONN_LOST ||
           (code == MOSQ_ERR_ERRNO && (is_reset(errno) || errno == 0));
}

const char *
gst_efficientnet_mqtt_describe(int code, gboolean unanswered_tls)
{
    if (is_lost(code))
        return unanswered_tls ? REFUSED : mosquitto_strerror(MOSQ_ERR_CONN_LOST);
    /* From version 2.1 on, libmosquitto has closed the socket of a failed attempt twice by now. */
    if (code == MOSQ_ERR_ERRNO)
        return errno == EBADF ? "No connection could be made" : g_strerror(errno);
    if (code == MOSQ_ERR_EAI)
        return gai_strerror(errno);
    return mosquitto_strerror(code);
}

/* The number of OpenSSL's error in TEXT; 0 if there is none. */
static guint64
parse_ssl_error(const char *text)
{
    const char *number = strstr(text, "error:");

    return number ? g_ascii_strtoull(number + strlen("error:"), NULL, 16) : 0;
}

const char *
gst_efficientnet_mqtt_describe_log(const char *text, gboolean unanswered_tls)
{
    guint64 error = parse_ssl_error(text);

    if (error & SYSTEM_ERROR)
        return unanswered_tls && is_reset(error & ~SYSTEM_ERROR) ? REFUSED : text;
    if ((error & REASON) >= FIRST_ALERT || (unanswered_tls && strstr(text, "unexpected eof")))
        return REFUSED;
    return text;
}

static gboolean
set_user(gpointer client, const char *user, const char *password, const char *source,
         GError **error)
{
    int code = mosquitto_username_pw_set(client, user, password);

    if (code == MOSQ_ERR_SUCCESS)
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "%s: the user is not accepted: %s", source, mosquitto_strerror(code));
    return FALSE;
}

/* Without this, OpenSSL would ask at the terminal, and wait. */
static int
refuse_passphrase(char *buffer, int size, int for_writing, void *data)
{
    return 0;
}

static gboolean
set_tls(struct mosquitto *client, const GstEfficientNetMqttSettings *settings, gboolean tls,
        GError **error)
{
    int code;

    if (!tls && (settings->ca_file || settings->cert_file || settings->key_file)) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "address: certificates need mqtts://");
        return FALSE;
    }
    if (!settings->cert_file != !settings->key_file ||
        (settings->cert_file && !settings->ca_file)) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "cert-file: it needs key-file and ca-file beside it");
        return FALSE;
    }
    if (!gst_efficientnet_credentials_check_certificates("ca-file", settings->ca_file, error) ||
        !gst_efficientnet_credentials_check_certificates("cert-file", settings->cert_file, error) ||
        !gst_efficientnet_credentials_check_certificates("key-file", settings->key_file, error))
        return FALSE;
    if (!tls)
        return TRUE;
    code = settings->ca_file
               ? mosquitto_tls_set(client, settings->ca_file, NULL, settings->cert_file,
                                   settings->key_file, refuse_passphrase)
               : mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
    /* Otherwise it would connect without TLS. */
    if (code != MOSQ_ERR_SUCCESS)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "address: there is no TLS: %s", mosquitto_strerror(code));
    return code == MOSQ_ERR_SUCCESS;
}

char *
gst_efficientnet_mqtt_make_topic(const char *topic, const char *suffix)
{
    g_autofree char *valid = g_utf8_make_valid(suffix, -1);
    GString *full = g_string_new(topic);

    g_string_append_c(full, '/');
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        gboolean allowed = character != '+' && character != '#' && !g_unichar_iscntrl(character);

        g_string_append_unichar(full, allowed ? character : '_');
    }
    return g_string_free(full, FALSE);
}

static gboolean
check_topic(const char *property, const char *topic, GError **error)
{
    if (!topic || (*topic && mosquitto_pub_topic_check(topic) == MOSQ_ERR_SUCCESS &&
                   mosquitto_validate_utf8(topic, (int)strlen(topic)) == MOSQ_ERR_SUCCESS))
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "%s: a topic without + and # was expected, and \"%s\" was found", property, topic);
    return FALSE;
}

struct mosquitto *
gst_efficientnet_mqtt_client_new(const GstEfficientNetMqttSettings *settings,
                                 const GstEfficientNetMqttAddress *address, gpointer data,
                                 GError **error)
{
    static gsize initialised = 0;
    struct mosquitto *client;

    if (g_once_init_enter(&initialised)) {
        mosquitto_lib_init();
        g_once_init_leave(&initialised, 1);
    }
    if (!check_topic("topic", settings->topic, error) ||
        !check_topic("status-topic", settings->status_topic, error))
        return NULL;
    client = mosquitto_new(settings->client_id, settings->client_id == NULL, data);
    if (!client) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "client-id: \"%s\" is not a name for a client: %s", settings->client_id,
                    g_strerror(errno));
        return NULL;
    }
    if (!gst_efficientnet_credentials_read(settings->credentials_file, USER_VARIABLE,
                                           PASSWORD_VARIABLE, set_user, client, error) ||
        !set_tls(client, settings, address->tls, error)) {
        mosquitto_destroy(client);
        return NULL;
    }
    return client;
}
