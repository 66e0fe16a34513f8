/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttclient.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>

#include <glib/gstdio.h>

#define MQTT_PORT         1883
#define MQTTS_PORT        8883
#define MAX_CREDENTIALS   4096
#define USER_VARIABLE     "EFFNET_MQTT_USER"
#define PASSWORD_VARIABLE "EFFNET_MQTT_PASSWORD"
#define REFUSED           "the broker refuses this side's TLS, or its certificate"
/* OpenSSL's errors: an errno, or a reason, which from 1000 on is an alert of the other side. */
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
    if (uri && g_uri_get_userinfo(uri)) {
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

/* Closing its socket, the library may write to it, and lose the error that was before. */
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
    if (code == MOSQ_ERR_ERRNO)
        return g_strerror(errno);
    if (code == MOSQ_ERR_EAI)
        return gai_strerror(errno);
    return mosquitto_strerror(code);
}

/* The number of the error of OpenSSL that TEXT tells, 0 without one. */
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

/* The first line of PATH, USER:PASSWORD. */
static gboolean
set_credentials_of_file(struct mosquitto *client, const char *path, GError **error)
{
    char line[MAX_CREDENTIALS] = "";
    FILE *file = g_fopen(path, "re");
    char *colon;

    if (!file) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
                    "credentials-file: %s: %s", path, g_strerror(errno));
        return FALSE;
    }
    /* No buffer of another's keeps a copy. */
    setvbuf(file, NULL, _IONBF, 0);
    if (!fgets(line, sizeof line, file))
        line[0] = '\0';
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    colon = strchr(line, ':');
    if (colon) {
        *colon = '\0';
        mosquitto_username_pw_set(client, line, colon + 1);
    } else {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "credentials-file: the first line of %s is not USER:PASSWORD", path);
    }
    explicit_bzero(line, sizeof line);
    return colon != NULL;
}

static gboolean
set_credentials(struct mosquitto *client, const char *path, GError **error)
{
    if (path)
        return set_credentials_of_file(client, path, error);
    if (g_getenv(USER_VARIABLE))
        mosquitto_username_pw_set(client, g_getenv(USER_VARIABLE), g_getenv(PASSWORD_VARIABLE));
    return TRUE;
}

/* OpenSSL would ask at the terminal, and wait. */
static int
refuse_passphrase(char *buffer, int size, int for_writing, void *data)
{
    return 0;
}

static gboolean
check_readable(const char *property, const char *path, GError **error)
{
    if (!path || g_access(path, R_OK) == 0)
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, "%s: %s: %s", property,
                path, g_strerror(errno));
    return FALSE;
}

static gboolean
set_tls(struct mosquitto *client, const GstEfficientNetPublishSettings *settings, gboolean tls,
        GError **error)
{
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
    if (!check_readable("ca-file", settings->ca_file, error) ||
        !check_readable("cert-file", settings->cert_file, error) ||
        !check_readable("key-file", settings->key_file, error))
        return FALSE;
    if (tls && !settings->ca_file)
        mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
    else if (tls)
        mosquitto_tls_set(client, settings->ca_file, NULL, settings->cert_file, settings->key_file,
                          refuse_passphrase);
    return TRUE;
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
gst_efficientnet_mqtt_client_new(const GstEfficientNetPublishSettings *settings,
                                 const GstEfficientNetMqttAddress *address, gpointer data,
                                 GError **error)
{
    static const char offline[] = "offline";
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
    if (settings->status_topic)
        mosquitto_will_set(client, settings->status_topic, strlen(offline), offline, 1, TRUE);
    if (!set_credentials(client, settings->credentials_file, error) ||
        !set_tls(client, settings, address->tls, error)) {
        mosquitto_destroy(client);
        return NULL;
    }
    return client;
}
