/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_MODEL_H
#define EFFNET_MODEL_H

#include <effnet/arch.h>
#include <effnet/precision.h>

G_BEGIN_DECLS

/* A network with its weights, folded and packed for this CPU. Immutable after opening and
 * reference counted: any number of sessions in any threads share one. */
typedef struct _EffNetModel EffNetModel;

typedef enum {
    EFFNET_PADDING_AUTO,      /* as the checkpoint was trained */
    EFFNET_PADDING_SAME,      /* TensorFlow's: what stride leaves over goes right and below */
    EFFNET_PADDING_SYMMETRIC, /* PyTorch's: (kernel - 1) / 2 on every side */
} EffNetPadding;

typedef enum {
    EFFNET_INTERPOLATION_AUTO,
    EFFNET_INTERPOLATION_BILINEAR, /* antialiased, as Pillow's */
    EFFNET_INTERPOLATION_BICUBIC,  /* antialiased, a = -0.5, as Pillow's */
} EffNetInterpolation;

typedef enum {
    EFFNET_ACTIVATION_AUTO, /* what the checkpoint says, softmax where it says nothing */
    EFFNET_ACTIVATION_SOFTMAX,
    EFFNET_ACTIVATION_SIGMOID,
    EFFNET_ACTIVATION_NONE, /* the scores are the logits */
} EffNetActivation;

/* What a checkpoint does not say, or says wrongly. Zero-initialise; 0 and NULL: as recognised. */
typedef struct {
    const char *arch; /* a name as effnet_arch_new() takes */
    guint resolution; /* pixels, square */
    gboolean set_mean, set_std;
    float mean[3], std[3]; /* of a pixel scaled to 0..1, in RGB order */
    EffNetPadding padding;
    double epsilon;            /* of batch norm */
    EffNetPrecision precision; /* one that model or CPU has not is EFFNET_ERROR_SETTINGS */
    const char *cache; /* a folder that keeps packed weights, made where needed, for the next time
                        * that the same file is opened; NULL: none */
} EffNetModelOptions;

/* How a checkpoint was understood. Owned by the model. */
typedef struct {
    const char *path;   /* as opened; NULL for random weights */
    const char *name;   /* the file's name without folder and suffix, or the arch's */
    const char *arch;   /* effnet_arch_get_name() */
    const char *naming; /* whose tensor names: timm, torchvision, lukemelas, … */
    guint resolution;
    guint in_channels; /* 3, or 1 for grey */
    guint n_classes;   /* 0: no classifier */
    guint n_features;  /* length of the pooled feature vector */
    float mean[3], std[3];
    float crop_fraction;
    EffNetInterpolation interpolation;
    EffNetPadding padding;
    double epsilon;
    EffNetActivation activation; /* SOFTMAX or SIGMOID */
    EffNetPrecision precision;   /* never AUTO */
    const char *const *labels;   /* n_classes of them, NULL-terminated; NULL: unknown */
    const char *const *origins;  /* "what: value (from where)", NULL-terminated, for effnet info */
    guint64 params;
} EffNetModelInfo;

/* Opens a checkpoint: .safetensors, or .pth/.pt in zip or legacy form. OPTIONS may be NULL.
 * Reads tensor by tensor, so that the peak is the packed weights and one tensor. */
EffNetModel *effnet_model_open(const char *path, const EffNetModelOptions *options, GError **error);

/* "efficientnet/weights" under the user's cache folder. Static. */
const char *effnet_model_get_cache_folder(void);

/* The network with random weights drawn from SEED, N_CLASSES (0: 1000) classes. */
EffNetModel *effnet_model_new_random(EffNetArch *arch, guint32 seed, guint n_classes,
                                     const EffNetModelOptions *options, GError **error);

EffNetModel *effnet_model_ref(EffNetModel *model);
void effnet_model_unref(EffNetModel *model);

const EffNetModelInfo *effnet_model_get_info(const EffNetModel *model);

/* The path of NAME: itself where it names a file; else NAME.safetensors, NAME.pth or
 * NAME/model.safetensors (a folder of the Hugging Face hub) in
 * GST_EFFICIENTNET_MODEL_PATH (folders separated by ':'), then in efficientnet/models under the
 * user's and the system's data folders. NULL and "": "default". Caller frees.
 * EFFNET_ERROR_NOT_FOUND says where was looked and how to get one. */
char *effnet_model_find(const char *name, GError **error);

/* One label a line of PATH, an empty last line ignored; NULL-terminated, caller frees with
 * g_strfreev(). A count other than N_CLASSES is EFFNET_ERROR_SETTINGS, naming both. */
char **effnet_labels_load(const char *path, guint n_classes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetModel, effnet_model_unref)

G_END_DECLS

#endif
