// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "metrics/metric_names.hpp"
#include "options/options.hpp"
#include "run/train_run.hpp"

#include <limits>
#include <memory>

namespace stylegan::examples {
namespace {

constexpr std::int64_t any = std::numeric_limits<int>::max();
constexpr double least_kimg = 0.001, least_hours = 0.001;

/// "32" for a square, or width x height such as "96x64"
std::optional<Size> parse_size(const std::string& text) {
    if (const auto side = parse_whole(text, {1, 1 << 16}))
        return Size{static_cast<int>(*side), static_cast<int>(*side)};
    if (const auto sides = parse_width_by_height(text)) return Size{(*sides)[1], (*sides)[0]};
    return std::nullopt;
}

void add_by_height(CLI::App& c, const std::string& flag, std::optional<ByHeight>& value, bool whole,
                   const std::string& help) {
    const auto parse = [whole](const std::string& s) { return parse_by_height(s, whole); };
    add_parsed(
        c, flag, value, "N|H:N,...", parse,
        std::string(whole ? "a whole number" : "a number") + " above 0, or one by picture height such as 8:N,16:N,32:N",
        help);
}

void add_choices(CLI::App& c, const std::string& flag, std::optional<std::string>& value,
                 const std::vector<std::string>& words, const std::string& help) {
    std::vector<std::pair<std::string, std::optional<std::string>>> choices;
    for (const std::string& word : words) choices.emplace_back(word, word);
    add_choice(c, flag, value, choices, help);
}

void add_data_options(CLI::App& c, TrainFlags& f) {
    add_parsed(c, "--data", f.data, "ZIP|DIR", parse_path, path_form,
               "pictures of one size, as dataset-tool writes them; required except with --resume DIR");
    add_parsed(c, "--outdir", f.outdir, "DIR", parse_path, path_form,
               "where the run folder 00000-... is made; required except with --resume DIR");
    add_parsed(c, "--resume", f.resume, "FILE|DIR|latest", parse_path, path_form,
               "resume from a snapshot FILE in a new run folder, taking what fits if the networks are others, or from "
               "the newest undamaged snapshot of the run folder DIR in that folder; latest: the newest run folder in "
               "--outdir. Other flags change the settings "
               "of the run");
    add_max_pixels(c, f.max_pixels);
    add_flag(c, "-n,--dry-run", f.dry_run, "print networks, schedule, planned memory and time, and stop");
}

void add_network_options(CLI::App& c, TrainFlags& f) {
    add_choices(c, "--cfg", f.cfg, {"a", "b", "c", "d", "e", "f", "auto"},
                "configuration of the paper's table 1 (default f); auto: f, with the networks, the minibatch and the "
                "schedule for these pictures, this machine and --hours");
    add_parsed(c, "--resolution", f.resolution, "N|WxH", parse_size,
               "a size such as 32, or width x height such as 96x64", "required size of the pictures (default: any)");
    add_switch(c, "--cond", f.cond, "train with the labels of the data set");
    add_whole(c, "--fmap-base", f.fmap_base, {1, any}, "feature map multiplier, as in the paper (default 8192)");
    add_whole(c, "--fmap-max", f.fmap_max, {1, any}, "upper limit of feature maps per layer (default 512)");
    add_whole(c, "--latent", f.latent, {1, any}, "length of z and w, and width of the mapping network (default 512)");
    add_whole(c, "--map-depth", f.map_depth, {0, 16}, "layers of the mapping network (default 8; a and b: 0)");
}

void add_training_options(CLI::App& c, TrainFlags& f) {
    add_real(c, "--kimg", f.kimg, {least_kimg}, "length of the run in thousands of pictures (default 25000)");
    add_real(c, "--hours", f.hours, {least_hours},
             "hours that the run may take. A new run without --cfg is then chosen as by --cfg auto; with another, "
             "--kimg, --lod-kimg and --fade-kimg alone are chosen so that it ends at full resolution (default with "
             "--cfg auto: 1; else no limit)");
    add_by_height(c, "--batch", f.batch, true, "minibatch size (default 16)");
    add_whole(c, "--microbatch", f.microbatch, {0, any},
              "pictures of a minibatch computed at once (default 0: all); fewer need less memory");
    add_whole(
        c, "--shards", f.shards, {1, 1024},
        "parts of a minibatch that processes (ranks) can share: 1, 2, 4, 8, ... Any number of ranks up to it gives "
        "the same bits (default: the number of ranks)");
    add_by_height(c, "--lr", f.lr, false, "learning rate (default 0.001; the paper's from 128x128 on)");
    add_choices(c, "--loss", f.loss,
                {"logistic", "logistic-saturating", "wgan", "wgan-gp", "hinge", "hinge-gp", "relativistic"},
                "loss (default logistic, with R1; for configuration a wgan-gp)");
    add_real(c, "--gamma", f.gamma, {0},
             "weight of R1 (default with a logistic loss: 10 at 1024x1024, less in proportion to a smaller side)");
    add_real(c, "--r2-gamma", f.r2_gamma, {0}, "weight of R2 (default 0)");
    add_whole(
        c, "--reg-interval", f.reg_interval, {1, any},
        "steps between two updates by R1 and R2, which are then left out of the others (default 1: in every step; "
        "16 saves a seventh of the time)");
    add_choices(c, "--preset", f.preset, {"paper", "r3gan"},
                "r3gan: relativistic loss with R1 and R2, no growing, augmentation, and the burn-in of R3GAN (default "
                "paper)");
    add_real(c, "--burn-in", f.burn_in, {0},
             "thousands of pictures in which learning rate, gamma, beta2 and the moving average go from gentle values "
             "to their own (default 0; r3gan: 80 % of the run)");
    add_switch(c, "--mirror", f.mirror, "mirror half of the pictures, at random");
    add_real(c, "--ema-kimg", f.ema_kimg, {0},
             "half-life of the averaged generator in thousands of pictures (default 10)");
    add_whole(c, "--seed", f.seed, {0}, "random seed (default 0)");
    CLI::Option& growing = add_flag(c, "--growing", f.growing, "start at 8 pixels and grow (default)");
    exclude(add_flag(c, "--no-growing", f.no_growing, "train all resolutions from the start"), growing);
    add_real(c, "--lod-kimg", f.lod_kimg, {0}, "growing: thousands of pictures at each resolution (default 600)");
    add_real(c, "--fade-kimg", f.fade_kimg, {0},
             "growing: thousands of pictures to fade in the next resolution (default 600)");
}

void add_augmentation_options(CLI::App& c, TrainFlags& f) {
    add_choices(c, "--aug", f.aug, {"noaug", "ada", "fixed"},
                "augmentation of what the discriminator sees, for few pictures: ada adapts its probability to "
                "overfitting (default noaug)");
    add_real(c, "--p", f.p, {0, 1}, "probability of --aug fixed");
    add_real(c, "--target", f.target, {-1, 1},
             "wanted mean sign of scores of real pictures with --aug ada (default 0.6)");
    std::vector<std::string> pipes;
    for (const AugmentPipe& pipe : augment_pipes)
        if (pipe.name != "none") pipes.emplace_back(pipe.name);
    add_choices(c, "--augpipe", f.augpipe, pipes, "transformations of --aug (default bgc)");
    add_whole(c, "--freeze-d", f.freeze_d, {0, 64},
              "layers of the discriminator, from the pictures on, that stay as they are (default 0)");
}

void add_output_options(CLI::App& c, TrainFlags& f) {
    add_real(c, "--tick", f.tick, {least_kimg}, "thousands of pictures between progress lines (default 4)");
    add_whole(c, "--snap", f.snap, {1, any}, "ticks between snapshots (default 50)");
    add_real(c, "--snap-minutes", f.snap_minutes, {0},
             "minutes without a snapshot before one is written, named -timed; the two newest of those stay until the "
             "run ends (default 10; 0: never)");
    add_whole(c, "--keep", f.keep, {0, any},
              "snapshots that stay when a newer one is written, besides those named -timed (default 0: all)");
    add_switch(
        c, "--tensorboard", f.tensorboard,
        "write events.out.tfevents.* into the run folder, for TensorBoard: the values of stats.jsonl, metrics and "
        "pictures (default 0)");
    add_whole(c, "--threads", f.threads, {0, 1024}, "number of CPU threads (default 0: all that the machine has)");
    add_device(c, f.device);
}

void add_metric_options(CLI::App& c, TrainFlags& f) {
    const auto metrics = [](const std::string& s) {
        return s == "none" ? std::optional(std::vector<std::string>()) : parse_metrics(s);
    };
    add_parsed(c, "--metrics", f.metrics, "LIST", metrics, "none or " + all_metrics_form(),
               "metrics of the averaged generator at each snapshot, as in `stylegan calc-metrics`, written to "
               "metric-NAME.jsonl (default none)");
    add_whole(c, "--metric-samples", f.metric_samples, {1, any},
              "pairs of pictures of a path length (default 2000; published values use 50000 or more)");
    add_parsed(c, "--vgg", f.vgg, "FILE", parse_path, path_form, "VGG16 features for the metrics, as in calc-metrics");
    add_parsed(c, "--lpips", f.lpips, "FILE", parse_path, path_form, "LPIPS heads for the metrics, as in calc-metrics");
    add_parsed(c, "--inception", f.inception, "FILE", parse_path, path_form,
               "the Inception network for fid and kid, as in calc-metrics");
    std::vector<std::pair<std::string, std::optional<InceptionResize>>> words;
    for (const auto& [word, resize] : resize_words()) words.emplace_back(word, resize);
    add_choice(c, "--resize", f.resize, words, "how pictures are resized for that network, as in calc-metrics");
}

}  // namespace

void add_train(CLI::App& app) {
    const auto flags = std::make_shared<TrainFlags>();
    CLI::App& c = add_command(app, "train", "Train a generator and a discriminator on pictures", [flags] {
        std::error_code ignored;
        const bool latest = flags->resume == "latest";
        if (latest && !flags->outdir)
            usage_error("--outdir", "is missing, expected with --resume latest the folder of run folders");
        const bool in_place = latest || (flags->resume && std::filesystem::is_directory(*flags->resume, ignored));
        if (in_place && flags->outdir && !latest)
            usage_error("--outdir", "is given with --resume DIR, which resumes in that folder; expected --resume FILE");
        if (!in_place && !flags->data)
            usage_error("--data", "is missing, expected a zip archive or a folder of pictures");
        if (!in_place && !flags->outdir && !flags->dry_run)
            usage_error("--outdir", "is missing, expected a folder for run folders");
        run_train(*flags);
    });
    add_data_options(c, *flags);
    add_network_options(c, *flags);
    add_training_options(c, *flags);
    add_augmentation_options(c, *flags);
    add_output_options(c, *flags);
    add_metric_options(c, *flags);
}

}  // namespace stylegan::examples
