/* SPDX-License-Identifier: BSD-2-Clause */
#include "kafkaclient.h"

#include <unistd.h>

#include "credentials.h"

#define KAFKA_PORT        9092
#define MAX_BROKERS       64 /* each has a thread of the library's */
#define MAX_TOPIC         249
#define MAX_CONFIG        65536 /* bytes of the file */
#define MAX_VALUE         4096
#define MAX_DESCRIPTION   500
#define USER_VARIABLE     "EFFNET_KAFKA_USER"
#define PASSWORD_VARIABLE "EFFNET_KAFKA_PASSWORD"

/* What is not for users to choose. */
static const struct {
    const char *key, *value;
} fixed[] = {
    {"client.id", "efficientnet"},
    {"enable.ssl.certificate.verification", "true"},
    {"log.connection.close", "false"},
    {"log.queue", "true"},
    /* Messages wait for a broker as long as it takes. */
    {"message.timeout.ms", "0"},
    /* As Kafka's own clients choose a key's partition. */
    {"partitioner", "murmur2_random"},
    {"receive.message.max.bytes", "4194304"},
    {"reconnect.backoff.max.ms", "5000"},
    {"ssl.endpoint.identification.algorithm", "https"},
};

/* The only keys that a file may set: others load code, run commands or write files. */
static const struct {
    const char *key, *property; /* NULL: none is like it */
    gsize offset;               /* the property's, a string */
} allowed[] = {
#define PLACE(field) offsetof(GstEfficientNetKafkaSettings, field)
    {"acks", "acks", PLACE(acks)},
    {"client.id", "client-id", PLACE(client_id)},
    {"compression.level", NULL},
    {"compression.type", "compression", PLACE(compression)},
    {"enable.idempotence", NULL},
    {"sasl.mechanism", "sasl-mechanism", PLACE(sasl_mechanism)},
    {"ssl.ca.location", "ca-file", PLACE(ca_file)},
    {"ssl.certificate.location", "cert-file", PLACE(cert_file)},
    {"ssl.key.location", "key-file", PLACE(key_file)},
};

/* Adds a broker as HOST:PORT. */
static gboolean
append_broker(GString *brokers, const char *text)
{
    g_autofree char *full = g_strconcat("kafka://", text, NULL);
    g_autoptr(GUri) uri = g_uri_parse(full, G_URI_FLAGS_NONE, NULL);
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    gint port = uri ? g_uri_get_port(uri) : 0;

    if (!host || !*host || port == 0 || *g_uri_get_path(uri) || g_uri_get_query(uri) ||
        g_uri_get_fragment(uri) || strpbrk(host, ", \t\r\n/"))
        return FALSE;
    g_string_append_printf(brokers, strchr(host, ':') ? "%s[%s]:%d" : "%s%s:%d",
                           brokers->len > 0 ? "," : "", host, port < 0 ? KAFKA_PORT : port);
    return TRUE;
}

static gboolean
append_brokers(GString *brokers, const char *list)
{
    g_auto(GStrv) hosts = g_strsplit(list, ",", MAX_BROKERS + 1);

    for (char **host = hosts; *host; host++)
        if (!append_broker(brokers, *host))
            return FALSE;
    return hosts[0] && g_strv_length(hosts) <= MAX_BROKERS;
}

gboolean
gst_efficientnet_kafka_address_parse(const char *text, GstEfficientNetKafkaAddress *address,
                                     GError **error)
{
    g_autoptr(GString) brokers = g_string_new(NULL);
    const char *list;

    if (!text || !*text)
        text = "localhost";
    /* No valid address has an @; an invalid one may belong to a password. */
    if (strchr(text, '@')) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "address: user and password do not belong there, where others see them: put "
                    "them into a credentials-file, or " USER_VARIABLE " and " PASSWORD_VARIABLE);
        return FALSE;
    }
    address->tls = g_str_has_prefix(text, "kafkas://");
    list = address->tls || g_str_has_prefix(text, "kafka://") ? strstr(text, "://") + 3 : text;
    if (!append_brokers(brokers, list)) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "address: HOST[:PORT], or up to %d with commas between them, after kafka:// or "
                    "kafkas://, was expected, and \"%s\" was found",
                    MAX_BROKERS, text);
        return FALSE;
    }
    address->brokers = g_strdup(brokers->str);
    address->name = g_strconcat(address->tls ? "kafkas://" : "kafka://", address->brokers, NULL);
    return TRUE;
}

void
gst_efficientnet_kafka_address_clear(GstEfficientNetKafkaAddress *address)
{
    g_clear_pointer(&address->brokers, g_free);
    g_clear_pointer(&address->name, g_free);
}

/* Errors say where the value is from: SOURCE is a property, perhaps with more about the place. */
static gboolean
set(rd_kafka_conf_t *conf, const char *key, const char *value, const char *source, GError **error)
{
    char reason[512];

    if (rd_kafka_conf_set(conf, key, value, reason, sizeof reason) == RD_KAFKA_CONF_OK)
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "%s: %s", source, reason);
    return FALSE;
}

/* The value of KEY, "" if there is none. */
static const char *
get(const rd_kafka_conf_t *conf, const char *key, char value[MAX_VALUE])
{
    size_t size = MAX_VALUE;

    if (rd_kafka_conf_get(conf, key, value, &size) != RD_KAFKA_CONF_OK)
        value[0] = '\0';
    return value;
}

static gboolean
set_properties(rd_kafka_conf_t *conf, const GstEfficientNetKafkaSettings *settings, gboolean tls,
               GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++)
        if (!set(conf, fixed[i].key, fixed[i].value, "method", error))
            return FALSE;
    if (!set(conf, "sasl.mechanism", tls ? "PLAIN" : "SCRAM-SHA-512", "method", error))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(allowed); i++) {
        const char *value = *(char *const *)((const char *)settings + allowed[i].offset);

        if (allowed[i].property && value &&
            !set(conf, allowed[i].key, value, allowed[i].property, error))
            return FALSE;
    }
    return set(conf, "enable.idempotence", settings->idempotence ? "true" : "false", "idempotence",
               error);
}

static gboolean
is_allowed(const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(allowed); i++)
        if (g_str_equal(allowed[i].key, key))
            return TRUE;
    return FALSE;
}

/* Lines may hold secrets that do not belong there, so that errors show keys alone. */
static gboolean
set_line(rd_kafka_conf_t *conf, char *line, guint number, const char *path, GError **error)
{
    g_autofree char *source = g_strdup_printf("config-file: %s:%u", path, number);
    char *equals;
    const char *key;

    g_strstrip(line);
    if (!*line || *line == '#')
        return TRUE;
    equals = strchr(line, '=');
    if (!equals) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "%s: KEY=VALUE was expected", source);
        return FALSE;
    }
    *equals = '\0';
    key = g_strchomp(line);
    if (is_allowed(key))
        return set(conf, key, g_strchug(equals + 1), source, error);
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "%s: \"%s\" is not among the keys that the file may have", source,
                g_str_is_ascii(key) ? key : "?");
    return FALSE;
}

static gboolean
set_config(rd_kafka_conf_t *conf, const char *path, GError **error)
{
    g_autofree char *text = g_malloc(MAX_CONFIG + 1);
    g_auto(GStrv) lines = NULL;
    gssize length;
    int fd;

    if (!path)
        return TRUE;
    fd = gst_efficientnet_credentials_open("config-file", path, MAX_CONFIG, error);
    if (fd < 0)
        return FALSE;
    length = read(fd, text, MAX_CONFIG);
    close(fd);
    text[MAX(length, 0)] = '\0';
    if (length < 0 || strlen(text) != (gsize)length) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "config-file: %s is not a file of text", path);
        return FALSE;
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        if (!set_line(conf, lines[i], i + 1, path, error))
            return FALSE;
    return TRUE;
}

/* Records stay in order: either brokers sort out what is sent again, or one request is in flight.
 */
static gboolean
set_order(rd_kafka_conf_t *conf, GError **error)
{
    char value[MAX_VALUE];
    gboolean all = strcmp(get(conf, "acks", value), "-1") == 0;

    if (all && strcmp(get(conf, "enable.idempotence", value), "true") == 0)
        return TRUE;
    return set(conf, "enable.idempotence", "false", "idempotence", error) &&
           set(conf, "max.in.flight", "1", "idempotence", error);
}

static gboolean
set_user(gpointer conf, const char *user, const char *password, const char *source, GError **error)
{
    if (user && *user && password && *password)
        return set(conf, "sasl.username", user, source, error) &&
               set(conf, "sasl.password", password, source, error);
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "%s: a user and a password were expected", source);
    return FALSE;
}

/* The library knows more mechanisms, which need more than a user and a password. */
static gboolean
check_mechanism(const rd_kafka_conf_t *conf, GError **error)
{
    static const char *const known[] = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", NULL};
    char value[MAX_VALUE];

    get(conf, "sasl.mechanism", value);
    if (g_strv_contains(known, value))
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "sasl-mechanism: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 was expected, and \"%s\" "
                "was found",
                value);
    return FALSE;
}

static gboolean
set_security(rd_kafka_conf_t *conf, const GstEfficientNetKafkaSettings *settings,
             const GstEfficientNetKafkaAddress *address, GError **error)
{
    static const char *const protocols[2][2] = {{"plaintext", "sasl_plaintext"},
                                                {"ssl", "sasl_ssl"}};
    char value[MAX_VALUE];
    gboolean user;

    if (!gst_efficientnet_credentials_read(settings->credentials_file, USER_VARIABLE,
                                           PASSWORD_VARIABLE, set_user, conf, error) ||
        !check_mechanism(conf, error))
        return FALSE;
    user = *get(conf, "sasl.username", value) != '\0';
    return set(conf, "security.protocol", protocols[address->tls][user], "address", error);
}

static gboolean
check_certificates(const rd_kafka_conf_t *conf, gboolean tls, GError **error)
{
    char ca[MAX_VALUE], cert[MAX_VALUE], key[MAX_VALUE];

    get(conf, "ssl.ca.location", ca);
    get(conf, "ssl.certificate.location", cert);
    get(conf, "ssl.key.location", key);
    if (!tls && (*ca || *cert || *key)) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "address: certificates need kafkas://");
        return FALSE;
    }
    if (!*cert != !*key) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "cert-file: cert-file and key-file need each other");
        return FALSE;
    }
    return gst_efficientnet_credentials_check_certificates("ca-file", *ca ? ca : NULL, error) &&
           gst_efficientnet_credentials_check_certificates("cert-file", *cert ? cert : NULL,
                                                           error) &&
           gst_efficientnet_credentials_check_certificates("key-file", *key ? key : NULL, error);
}

static gboolean
check_topic(const char *topic, GError **error)
{
    static const char letters[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-";
    gsize length = topic ? strlen(topic) : 1;

    if (!topic || (length > 0 && length <= MAX_TOPIC && strspn(topic, letters) == length &&
                   strcmp(topic, ".") != 0 && strcmp(topic, "..") != 0))
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "topic: up to %d letters, digits, \".\", \"_\" and \"-\" were expected, and \"%s\" "
                "was found",
                MAX_TOPIC, topic);
    return FALSE;
}

rd_kafka_conf_t *
gst_efficientnet_kafka_conf_new(const GstEfficientNetKafkaSettings *settings,
                                const GstEfficientNetKafkaAddress *address, GError **error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    if (check_topic(settings->topic, error) &&
        set_properties(conf, settings, address->tls, error) &&
        set_config(conf, settings->config_file, error) && set_order(conf, error) &&
        set_security(conf, settings, address, error) &&
        check_certificates(conf, address->tls, error) &&
        set(conf, "bootstrap.servers", address->brokers, "address", error))
        return conf;
    rd_kafka_conf_destroy(conf);
    return NULL;
}

char *
gst_efficientnet_kafka_describe(const rd_kafka_conf_t *conf, const char *text)
{
    g_autoptr(GString) raw = g_string_new(text);
    g_autoptr(GString) safe = g_string_new(NULL);
    g_autofree char *valid = NULL;
    char password[MAX_VALUE];

    if (*get(conf, "sasl.password", password))
        g_string_replace(raw, password, "***", 0);
    explicit_bzero(password, sizeof password);
    valid = g_utf8_make_valid(raw->str, -1);
    for (const char *c = valid; *c && safe->len < MAX_DESCRIPTION; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);

        g_string_append_unichar(safe, g_unichar_isprint(character) ? character : '?');
    }
    return g_string_free(g_steal_pointer(&safe), FALSE);
}
