/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttclient.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/stat.h>
#include <unistd.h>

#define MQTT_PORT         1883
#define MQTTS_PORT        8883
#define MAX_CREDENTIALS   4096      /* bytes of the file */
#define MAX_CERTIFICATES  (4 << 20) /* bytes; more than all certificates of a system */
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

/* Opens PATH for reading; -1 with the error set. Refuses a FIFO or a device, which opening might
 * wait for or activate, and a file of more than MAXIMUM bytes. */
static int
open_regular(const char *property, const char *path, gsize maximum, GError **error)
{
    struct stat st;
    gboolean found = stat(path, &st) == 0;
    int fd = found && S_ISREG(st.st_mode) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

    if (!found || (S_ISREG(st.st_mode) && (fd < 0 || fstat(fd, &st) != 0)))
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ, "%s: %s: %s", property,
                    path, g_strerror(errno));
    else if (!S_ISREG(st.st_mode))
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "%s: a regular file was expected, and %s is none", property, path);
    else if ((guint64)st.st_size > maximum)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "%s: at most %" G_GSIZE_FORMAT
                    " bytes were expected, and %s has %" G_GINT64_FORMAT,
                    property, maximum, path, (gint64)st.st_size);
    else
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static gboolean
set_user(struct mosquitto *client, const char *user, const char *password, const char *source,
         GError **error)
{
    int code = mosquitto_username_pw_set(client, user, password);

    if (code == MOSQ_ERR_SUCCESS)
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "%s: the user is not accepted: %s", source, mosquitto_strerror(code));
    return FALSE;
}

/* Takes USER:PASSWORD from the first line of PATH. */
static gboolean
set_credentials_of_file(struct mosquitto *client, const char *path, GError **error)
{
    char line[MAX_CREDENTIALS + 1] = "";
    int fd = open_regular("credentials-file", path, MAX_CREDENTIALS, error);
    gboolean accepted = FALSE;
    char *colon;

    if (fd < 0)
        return FALSE;
    /* read(), not stdio, whose buffer would keep a copy. */
    if (read(fd, line, MAX_CREDENTIALS) < 0)
        line[0] = '\0';
    close(fd);
    line[strcspn(line, "\r\n")] = '\0';
    colon = strchr(line, ':');
    if (colon) {
        *colon = '\0';
        accepted = set_user(client, line, colon + 1, "credentials-file", error);
    } else {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "credentials-file: the first line of %s is not USER:PASSWORD", path);
    }
    explicit_bzero(line, sizeof line);
    return accepted;
}

static gboolean
set_credentials(struct mosquitto *client, const char *path, GError **error)
{
    if (path)
        return set_credentials_of_file(client, path, error);
    if (g_getenv(USER_VARIABLE))
        return set_user(client, g_getenv(USER_VARIABLE), g_getenv(PASSWORD_VARIABLE), USER_VARIABLE,
                        error);
    return TRUE;
}

/* Without this, OpenSSL would ask at the terminal, and wait. */
static int
refuse_passphrase(char *buffer, int size, int for_writing, void *data)
{
    return 0;
}

/* Checks the file; OpenSSL opens it again at each connection. */
static gboolean
check_certificates(const char *property, const char *path, GError **error)
{
    int fd = path ? open_regular(property, path, MAX_CERTIFICATES, error) : -1;

    if (fd >= 0)
        close(fd);
    return !path || fd >= 0;
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
    if (!check_certificates("ca-file", settings->ca_file, error) ||
        !check_certificates("cert-file", settings->cert_file, error) ||
        !check_certificates("key-file", settings->key_file, error))
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
    if (!set_credentials(client, settings->credentials_file, error) ||
        !set_tls(client, settings, address->tls, error)) {
        mosquitto_destroy(client);
        return NULL;
    }
    return client;
}
