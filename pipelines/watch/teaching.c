/* SPDX-License-Identifier: BSD-2-Clause */
#include "teaching.h"

#include "json.h"
#include "learner.h"
#include "state.h"
#include "teachmodels.h"

#include <effnet/effnet.h>
#include <string.h>
#include <sys/stat.h>

struct _EffNetWatchTeaching {
    EffNetWatchTeachFolder *folders[2]; /* by EffNetWatchTeachingFolder; each may be NULL */
    GPtrArray *pupils;                  /* one per stream */
    const char *model;                  /* the program's, which is learned on; NULL: the default */
    EffNetWatchLearner *learner;        /* NULL: nothing is taught, as for the next */
    GHashTable *zones;                  /* name of a stream to its zone */
    char *current;                      /* a learned model's name; NULL: the settings' */
    GstElement *opened;                 /* keeps its weights in memory */
    char *failure;
    char *learning; /* the name of the model that is being learned */
    EffNetLogFunc note;
    gpointer data;
};

static const char *
get_property(const EffNetWatchPupil *pupil, const char *name)
{
    return gst_structure_get_string(effnet_watch_pupil_get_settings(pupil)->properties, name);
}

/* Streams with a model of their own keep it. */
static gboolean
is_taught(const EffNetWatchTeaching *self, const EffNetWatchPupil *pupil)
{
    return g_strcmp0(get_property(pupil, "model"), self->model) == 0;
}

/* The first stream that is taught; NULL: none. */
static const EffNetWatchPupil *
find_taught(const EffNetWatchTeaching *self)
{
    for (guint i = 0; i < self->pupils->len; i++) {
        if (is_taught(self, g_ptr_array_index(self->pupils, i)))
            return g_ptr_array_index(self->pupils, i);
    }
    return NULL;
}

static char *
new_model_path(const EffNetWatchTeaching *self, const char *name)
{
    return g_strdup_printf("%s/%s.safetensors",
                           effnet_watch_teach_folder_get_path(self->folders[EFFNET_WATCH_TAUGHT]),
                           name);
}

/* Opens the model NAME, so that what is wrong with it is found before any stream gets it. */
static GstElement *
open_model(const EffNetWatchTeaching *self, const char *name, GError **error)
{
    const EffNetWatchSettings *settings = effnet_watch_pupil_get_settings(find_taught(self));
    EffNetWatchSettings with = {.properties = gst_structure_copy(settings->properties)};
    g_autofree char *path = new_model_path(self, name);
    GstElement *opened;

    gst_structure_set(with.properties, "model", G_TYPE_STRING, path, NULL);
    gst_structure_remove_field(with.properties, "labels-file");
    opened = effnet_watch_settings_open_model(&with, error);
    gst_structure_free(with.properties);
    return opened;
}

static void
set_models(EffNetWatchTeaching *self)
{
    g_autofree char *path = self->current ? new_model_path(self, self->current) : NULL;

    for (guint i = 0; i < self->pupils->len; i++) {
        EffNetWatchPupil *pupil = g_ptr_array_index(self->pupils, i);

        if (is_taught(self, pupil))
            effnet_watch_pupil_set_model(pupil, path);
    }
}

static int
get_fd(const EffNetWatchTeaching *self)
{
    return effnet_watch_teach_folder_get_fd(self->folders[EFFNET_WATCH_TAUGHT]);
}

static gboolean
save(const EffNetWatchTeaching *self, GError **error)
{
    return effnet_watch_teach_models_save(get_fd(self), self->current, self->zones, error);
}

gboolean
effnet_watch_teaching_use(EffNetWatchTeaching *self, const char *name, GError **error)
{
    GstElement *opened = NULL;

    if (name && !effnet_watch_teach_models_has(get_fd(self), name)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "there is no such model");
        return FALSE;
    }
    if (name && (opened = open_model(self, name, error)) == NULL)
        return FALSE;
    g_free(self->current);
    self->current = g_strdup(name);
    set_models(self);
    g_clear_pointer(&self->opened, effnet_watch_settings_close_model);
    self->opened = opened;
    return save(self, error);
}

static void
learned(const char *failure, gpointer data)
{
    EffNetWatchTeaching *self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_steal_pointer(&self->learning);

    if (failure == NULL &&
        effnet_watch_teach_models_adopt(get_fd(self), name, self->current, &error) &&
        !effnet_watch_teaching_use(self, name, &error) && g_strcmp0(name, self->current) != 0)
        effnet_watch_teach_models_remove(get_fd(self), name);
    g_free(self->failure);
    self->failure = g_strdup(error ? error->message : failure);
    if (self->failure == NULL) {
        g_autofree char *path = new_model_path(self, name);
        g_autofree char *text = g_strdup_printf("%s was learned, and is in use", path);

        self->note(EFFNET_LOG_INFO, NULL, text, self->data);
    }
}

gboolean
effnet_watch_teaching_learn(EffNetWatchTeaching *self, GError **error)
{
    const EffNetWatchPupil *pupil = find_taught(self);
    const EffNetWatchLearnerBase base = {
        .model = self->model,
        .model_options = get_property(pupil, "model-options"),
        .precision = get_property(pupil, "precision"),
    };

    g_autofree char *name = effnet_watch_teach_models_new_name(get_fd(self));

    if (!effnet_watch_learner_start(self->learner, name, &base, error))
        return FALSE;
    self->learning = g_steal_pointer(&name);
    g_clear_pointer(&self->failure, g_free);
    return TRUE;
}

void
effnet_watch_teaching_cancel(EffNetWatchTeaching *self)
{
    effnet_watch_learner_cancel(self->learner);
}

/* What was saved and is no longer valid is left out. */
static void
load(EffNetWatchTeaching *self)
{
    g_autofree char *current = effnet_watch_teach_models_load(get_fd(self), &self->zones);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < self->pupils->len; i++) {
        EffNetWatchPupil *pupil = g_ptr_array_index(self->pupils, i);
        const char *zone =
            g_hash_table_lookup(self->zones, effnet_watch_pupil_get_settings(pupil)->name);

        if (zone && !effnet_watch_pupil_set_zone(pupil, zone))
            g_hash_table_remove(self->zones, effnet_watch_pupil_get_settings(pupil)->name);
    }
    if (current == NULL)
        return;
    if (effnet_watch_teaching_use(self, current, &error)) {
        g_autofree char *path = new_model_path(self, current);
        g_autofree char *text = g_strdup_printf("%s is in use, which was learned here", path);

        self->note(EFFNET_LOG_INFO, NULL, text, self->data);
    } else {
        self->note(EFFNET_LOG_WARNING, NULL, error->message, self->data);
    }
}

static gboolean
open_folder(EffNetWatchTeaching *self, const EffNetWatchProgram *program,
            EffNetWatchTeachingFolder which, GError **error)
{
    const EffNetWatchRetentionLimits limits = {
        .files = program->teach_files,
        .bytes = program->teach_space * G_GUINT64_CONSTANT(1000000),
    };
    gboolean unsure = which == EFFNET_WATCH_UNSURE;
    const char *path = unsure ? program->collect : program->teach;
    g_autoptr(GError) reason = NULL;

    if (path == NULL)
        return TRUE;
    self->folders[which] = effnet_watch_teach_folder_new(path, &limits, unsure, &reason);
    if (self->folders[which])
        return TRUE;
    g_set_error(error, EFFNET_ERROR, reason->code, "%s: %s", unsure ? "collect" : "teach",
                reason->message);
    return FALSE;
}

/* What the model was not sure of must not be learned before somebody has seen it. */
static gboolean
check_folders(const EffNetWatchTeaching *self, GError **error)
{
    struct stat st[2];

    for (guint i = 0; i < G_N_ELEMENTS(st); i++) {
        if (self->folders[i] == NULL ||
            fstat(effnet_watch_teach_folder_get_fd(self->folders[i]), &st[i]) != 0)
            return TRUE;
    }
    if (st[0].st_dev != st[1].st_dev || st[0].st_ino != st[1].st_ino)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "teach and collect must be different folders");
    return FALSE;
}

EffNetWatchTeaching *
effnet_watch_teaching_new(const EffNetWatchProgram *program, EffNetLogFunc note, gpointer data,
                          GError **error)
{
    g_autoptr(EffNetWatchTeaching) self = g_new0(EffNetWatchTeaching, 1);

    self->note = note;
    self->data = data;
    self->model = program->teach_model;
    self->pupils = g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_pupil_free);
    if (!open_folder(self, program, EFFNET_WATCH_TAUGHT, error) ||
        !open_folder(self, program, EFFNET_WATCH_UNSURE, error) || !check_folders(self, error))
        return NULL;
    for (guint i = 0; i < program->streams->len; i++)
        g_ptr_array_add(self->pupils, effnet_watch_pupil_new(g_ptr_array_index(program->streams, i),
                                                             self->folders[EFFNET_WATCH_TAUGHT],
                                                             self->folders[EFFNET_WATCH_UNSURE]));
    if (self->folders[EFFNET_WATCH_TAUGHT] == NULL)
        return g_steal_pointer(&self);
    if (find_taught(self) == NULL) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "teach: every stream has a model of its own, where the model of all of them is "
                    "what would be taught");
        return NULL;
    }
    self->learner = effnet_watch_learner_new(program->teach, get_fd(self), learned, self);
    load(self);
    return g_steal_pointer(&self);
}

void
effnet_watch_teaching_free(EffNetWatchTeaching *self)
{
    g_clear_pointer(&self->learner, effnet_watch_learner_free);
    g_clear_pointer(&self->opened, effnet_watch_settings_close_model);
    g_clear_pointer(&self->pupils, g_ptr_array_unref);
    for (guint i = 0; i < G_N_ELEMENTS(self->folders); i++)
        g_clear_pointer(&self->folders[i], effnet_watch_teach_folder_free);
    g_clear_pointer(&self->zones, g_hash_table_unref);
    g_free(self->current);
    g_free(self->failure);
    g_free(self->learning);
    g_free(self);
}

guint
effnet_watch_teaching_get_n_pupils(const EffNetWatchTeaching *self)
{
    return self->pupils->len;
}

EffNetWatchPupil *
effnet_watch_teaching_get_pupil(EffNetWatchTeaching *self, guint i)
{
    return g_ptr_array_index(self->pupils, i);
}

EffNetWatchTeachFolder *
effnet_watch_teaching_get_folder(EffNetWatchTeaching *self, EffNetWatchTeachingFolder which)
{
    return self->folders[which];
}

gboolean
effnet_watch_teaching_set_zone(EffNetWatchTeaching *self, guint i, const char *zone, GError **error)
{
    EffNetWatchPupil *pupil = g_ptr_array_index(self->pupils, i);
    const char *name = effnet_watch_pupil_get_settings(pupil)->name;

    if (!effnet_watch_pupil_set_zone(pupil, zone)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "a zone is four shares of the frame: x,y,w,h");
        return FALSE;
    }
    if (zone)
        g_hash_table_replace(self->zones, g_strdup(name), g_strdup(zone));
    else
        g_hash_table_remove(self->zones, name);
    return save(self, error);
}

gboolean
effnet_watch_teaching_accept(EffNetWatchTeaching *self, const char *found, const char *name,
                             const char *class, GError **error)
{
    EffNetWatchTeachFolder *unsure = self->folders[EFFNET_WATCH_UNSURE];
    g_autoptr(GBytes) picture =
        unsure ? effnet_watch_teach_folder_read(unsure, found, name, error) : NULL;
    g_autofree char *stem = g_strdup(name);
    const char *suffix = "jpg";
    char *dot = stem ? strrchr(stem, '.') : NULL;

    if (unsure == NULL)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "there is no such folder");
    if (picture == NULL)
        return FALSE;
    if (dot) {
        *dot = '\0';
        suffix = dot + 1;
    }
    return effnet_watch_teach_folder_add(self->folders[EFFNET_WATCH_TAUGHT], class, stem, suffix,
                                         picture, error) &&
           effnet_watch_teach_folder_remove(unsure, found, name, error);
}

GBytes *
effnet_watch_teaching_read_report(EffNetWatchTeaching *self, const char *name, const char *suffix)
{
    return effnet_watch_teach_models_read_report(get_fd(self), name, suffix);
}

static void
append_classes(GString *json, const char *key, EffNetWatchTeachFolder *folder)
{
    g_autoptr(GPtrArray) classes = NULL;

    g_string_append_printf(json, "\"%s\":", key);
    if (folder == NULL) {
        g_string_append(json, "null,");
        return;
    }
    classes = effnet_watch_teach_folder_list_classes(folder);
    g_string_append_c(json, '[');
    for (guint i = 0; i < classes->len; i++) {
        const EffNetWatchTeachClass *class = g_ptr_array_index(classes, i);

        g_string_append(json, i ? ",{\"name\":" : "{\"name\":");
        gst_efficientnet_json_append_string(json, class->name);
        g_string_append_printf(json, ",\"files\":%u,\"bytes\":%" G_GUINT64_FORMAT "}", class->files,
                               class->bytes);
    }
    g_string_append(json, "],");
}

char *
effnet_watch_teaching_format(EffNetWatchTeaching *self)
{
    EffNetWatchTeachFolder *taught = self->folders[EFFNET_WATCH_TAUGHT];
    const EffNetWatchRetentionLimits *limits = effnet_watch_teach_folder_get_limits(taught);
    g_autoptr(GPtrArray) models = effnet_watch_teach_models_list(get_fd(self));
    GString *json = g_string_new("{");
    int seconds = effnet_watch_learner_get_seconds(self->learner);

    append_classes(json, "classes", taught);
    append_classes(json, "unsure", self->folders[EFFNET_WATCH_UNSURE]);
    g_string_append_printf(json, "\"max_files\":%u,\"max_bytes\":%" G_GUINT64_FORMAT ",",
                           limits->files, limits->bytes);
    g_string_append(json, "\"streams\":[");
    for (guint i = 0; i < self->pupils->len; i++) {
        g_string_append(json, i ? "," : "");
        effnet_watch_pupil_append_state(g_ptr_array_index(self->pupils, i), json);
    }
    g_string_append(json, "],\"learning\":");
    if (seconds < 0)
        g_string_append(json, "null");
    else
        g_string_append_printf(json, "%d", seconds);
    effnet_watch_state_append_text(json, "failure", self->failure);
    effnet_watch_state_append_text(json, "current", self->current);
    g_string_append(json, ",\"models\":[");
    for (guint i = 0; i < models->len; i++) {
        g_string_append(json, i ? "," : "");
        gst_efficientnet_json_append_string(json, g_ptr_array_index(models, i));
    }
    g_string_append(json, "]}\n");
    return g_string_free(json, FALSE);
}
