// SPDX-License-Identifier: Apache-2.0
#include "run/train_settings.hpp"

#include "options/parse.hpp"
#include "printing/architecture_text.hpp"

#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/training/frozen_layers.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace stylegan::examples {
namespace {

const std::map<std::string, Architecture>& configurations() {
    static const std::map<std::string, Architecture> all{{"a", config_a}, {"b", config_b}, {"c", config_c},
                                                         {"d", config_d}, {"e", config_e}, {"f", config_f}};
    return all;
}

/// Sizes in messages have the form of --resolution.
std::string words(Size s) { return width_by_height(s.width, s.height); }

/// The letter of an architecture, whatever its sizes and mapping depth.
std::string letter_of(const Architecture& a) {
    for (const auto& [letter, config] : configurations()) {
        Architecture c = with_sizes_of(a, config);
        c.mapping_layers = a.mapping_layers;
        if (c == a) return letter;
    }
    return "-other";
}

/// A loss of the library, with this weight of R1 and R2 where it has them.
Loss loss_of(const std::string& name, double gamma) {
    Loss loss = losses::find(name).value();
    for (double* weight : {&loss.r1_gamma, &loss.r2_gamma})
        if (*weight > 0) *weight = gamma;
    return loss;
}

std::optional<InceptionResize> find_resize(std::string_view name) {
    for (const auto& [resize, its_name] : inception_resize_names)
        if (name == its_name) return resize;
    return std::nullopt;
}

template <class From, class To>
void take(const std::optional<From>& given, To& value) {
    if (given) value = *given;
}

Architecture resolve_architecture(const TrainFlags& f, const DatasetFacts& data, const std::optional<TrainStart>& start,
                                  TrainSettings& s) {
    const std::string where = "--data " + data.path.string();
    if (f.resolution && *f.resolution != data.resolution)
        throw ShapeError(text(where, ": pictures are ", words(data.resolution), ", expected --resolution ",
                              f.resolution->width, 'x', f.resolution->height));
    Architecture a = start ? start->architecture : config_f;
    const bool in_place = start && start->settings;
    if (!in_place) {
        if (!start || a.picture() != data.resolution) set_picture_size(a, data.resolution);
        a.num_channels = data.channels;
    } else if (a.picture() != data.resolution || a.num_channels != data.channels) {
        throw ShapeError(text(where, ": pictures are ", words(data.resolution), " with ", data.channels,
                              " channels, expected ", words(a.picture()), " with ", a.num_channels, " as in ",
                              start->snapshot.string()));
    }
    s.cfg = start ? letter_of(a) : "f";
    if (f.cfg && *f.cfg != s.cfg) {
        a = with_sizes_of(a, configurations().at(*f.cfg));
        s.cfg = *f.cfg;
    }

    const bool labelled = start && a.label_size > 0;
    s.cond = f.cond.value_or(labelled);
    if (labelled && !s.cond && in_place)
        throw ValueError(text("--cond: is 0, expected 1, since ", start->snapshot.string(), " has labels"));
    if (s.cond && data.label_size == 0)
        throw ValueError(text(where, ": has no labels, expected a dataset.json with labels for ",
                              f.cond ? "--cond" : start->snapshot.string() + ", or --cond 0"));
    if (!in_place || (f.cond && s.cond)) a.label_size = s.cond ? data.label_size : 0;
    if (a.label_size > 0 && a.label_size != data.label_size)
        throw ShapeError(text(where, ": has labels of length ", data.label_size, ", expected ", a.label_size, " as in ",
                              start->snapshot.string()));

    take(f.fmap_base, a.fmap_base);
    take(f.fmap_max, a.fmap_max);
    if (f.latent) a.latent_size = a.dlatent_size = a.mapping_fmaps = *f.latent;
    if (f.map_depth && *f.map_depth > 0 && a.progressive_gan)
        throw ValueError(
            text("--map-depth: is ", *f.map_depth, ", expected 0 for --cfg a, which has no mapping network"));
    take(f.map_depth, a.mapping_layers);
    if (a.flaw())
        throw ValueError(text("--fmap-base, --fmap-max, --latent: these networks cannot be built: ", a.flaw()));
    return a;
}

/// Of the run; the published ones have 20 of 25 million pictures.
constexpr double r3gan_burn_in = 0.8;

/// What R3GAN changes besides its loss and its burn-in.
void apply_r3gan(const TrainFlags& f, TrainingOptions& o) {
    constexpr double usual_p = 0.3;
    if (!f.growing) o.schedule.growing = false;
    if (!f.aug) {
        o.augment.mode = AugmentMode::fixed;
        o.augment.p = usual_p;
    }
}

/// @param transfer  whether the run begins with networks of another one
void resolve_augmentation(const TrainFlags& f, bool transfer, AugmentSettings& a) {
    constexpr double kimg_after_transfer = 100;
    if (f.aug) {
        a.mode = *f.aug == "ada" ? AugmentMode::adaptive : *f.aug == "fixed" ? AugmentMode::fixed : AugmentMode::none;
        if (a.mode == AugmentMode::fixed && !f.p)
            throw ValueError("--p: is missing, expected the probability of --aug fixed");
        if (a.mode != AugmentMode::fixed) a.p = 0;
        if (a.mode == AugmentMode::adaptive && transfer) a.control.kimg = kimg_after_transfer;
    }
    if (f.p && a.mode != AugmentMode::fixed)
        throw ValueError("--p: is given without --aug fixed, whose probability it is");
    if (f.target && a.mode != AugmentMode::adaptive)
        throw ValueError("--target: is given without --aug ada, whose target it is");
    if (f.augpipe && a.mode == AugmentMode::none)
        throw ValueError("--augpipe: is given without --aug ada or fixed, whose transformations it names");
    take(f.p, a.p);
    take(f.target, a.control.target);
    if (f.augpipe) a.pipe = find_augment_pipe(*f.augpipe).value();
}

void check_batches(const TrainSettings& s, const DatasetFacts& data) {
    const ScheduleOptions& schedule = s.options.schedule;
    const int group = std::max(s.architecture.mbstd_group_size, 1);
    for (int stage = 0; stage < s.architecture.stages(); ++stage) {
        const auto at = schedule.batch_at.find(s.architecture.size(stage).height);
        const int batch = at != schedule.batch_at.end() ? at->second : schedule.batch;
        if (batch > group && batch % group != 0)
            throw ValueError(text(
                "--batch: is ", batch, at != schedule.batch_at.end() ? text(" at height ", at->first) : std::string(),
                ", expected a multiple of ", group, " (the group size of minibatch stddev), or less"));
        const int groups = batch / std::min(group, batch);
        if (groups % s.options.shards != 0)
            throw ValueError(text(
                "--batch: is ", batch, at != schedule.batch_at.end() ? text(" at height ", at->first) : std::string(),
                ", expected a multiple of ", s.options.shards * group, ": ", s.options.shards,
                " shards (--shards, or the number of ranks) of ", group, ", the group size of minibatch stddev"));
        if (batch > data.pictures)
            throw ValueError(text("--data ", data.path.string(), ": has ", data.pictures,
                                  data.pictures == 1 ? " picture" : " pictures", ", expected at least the ", batch,
                                  " of a minibatch (--batch)"));
    }
}

}  // namespace

void set_picture_size(Architecture& a, Size picture) {
    a.base = picture;
    a.resolution_log2 = 2;
    while (a.base.height % 2 == 0 && a.base.width % 2 == 0 && std::min(a.base.height, a.base.width) >= 8) {
        a.base = {a.base.height / 2, a.base.width / 2};
        ++a.resolution_log2;
    }
    if (const int side = std::min(a.base.height, a.base.width); side < 4 || side > 15)
        throw ShapeError(text(
            "--data: pictures of ", words(picture), " can be halved down to ", words(a.base),
            ", expected 4 to 15 pixels on the shorter side; resize them with `stylegan dataset-tool --resolution`"));
}

bool is_transfer(const TrainStart& start, const TrainSettings& settings) {
    return !start.settings && settings.architecture != start.architecture;
}

double default_gamma(Size picture) {
    const double side = std::sqrt(static_cast<double>(picture.height) * picture.width);
    return std::round(std::min(side / 1024, 1.0) * 10 * 1000) / 1000;
}

TrainSettings resolve(const TrainFlags& f, const DatasetFacts& data, const std::optional<TrainStart>& from) {
    TrainSettings s;
    std::optional<TrainStart> start = from;
    if (start && start->settings) s = *start->settings;
    s.data = data.path;
    s.architecture = resolve_architecture(f, data, start, s);
    const bool transfer = start && is_transfer(*start, s);
    if (transfer) start->record.reset();  // a new run, with options of its own
    if (start && start->record) s.options = start->record->options;

    TrainingOptions& o = s.options;
    if (f.loss || !(start && (start->record || start->over)))
        o.loss = loss_of(f.loss.value_or(f.preset == "r3gan" ? "relativistic"
                                         : s.cfg == "a"      ? "wgan-gp"
                                                             : "logistic"),
                         default_gamma(s.architecture.picture()));
    if (f.preset == "r3gan") apply_r3gan(f, o);
    take(f.gamma, o.loss.r1_gamma);
    take(f.r2_gamma, o.loss.r2_gamma);
    if (f.batch) f.batch->apply(s.architecture, o.schedule.batch, o.schedule.batch_at);
    if (f.lr) f.lr->apply(s.architecture, o.schedule.lr, o.schedule.lr_at);
    if (f.growing || f.no_growing) o.schedule.growing = f.growing;
    if (start && start->level && !transfer && !f.growing)  // --growing starts from small pictures again
        o.schedule.first_height = first_height_of(s.architecture, *start->level);
    if (transfer && start->file_level && !f.growing)
        o.schedule.first_height = first_height_after_transfer(s.architecture, start->architecture, *start->file_level);
    take(f.lod_kimg, o.schedule.lod_kimg);
    take(f.fade_kimg, o.schedule.fade_kimg);
    take(f.kimg, o.total_kimg);
    take(f.tick, o.kimg_per_tick);
    take(f.ema_kimg, o.ema_kimg);
    take(f.microbatch, o.microbatch);
    take(f.shards, o.shards);
    take(f.seed, o.seed);
    take(f.snap, s.snap);
    take(f.snap_minutes, s.snap_minutes);
    take(f.hours, s.hours);
    take(f.keep, s.keep);
    take(f.threads, s.threads);
    take(f.metrics, s.metrics);
    take(f.metric_samples, s.metric_samples);
    take(f.vgg, s.vgg);
    take(f.lpips, s.lpips);
    take(f.inception, s.inception);
    take(f.resize, s.resize);
    take(f.tensorboard, s.tensorboard);
    take(f.mirror, o.mirror);
    take(f.reg_interval, o.reg_interval);
    take(f.freeze_d, o.freeze_d);
    resolve_augmentation(f, start && !start->settings, o.augment);
    take(f.burn_in, o.burn_in.kimg);
    if (f.preset == "r3gan" && !f.burn_in) o.burn_in.kimg = r3gan_burn_in * o.total_kimg;
    (void)frozen_layers(s.architecture, o.freeze_d);
    if (const auto wrong = out_of_range(o))
        throw ValueError(
            text("options of the run: ", wrong->name, " is ", wrong->found, ", expected ", wrong->expected));
    check_batches(s, data);
    return s;
}

std::string description(const TrainSettings& s) {
    const TrainingOptions& o = s.options;
    const Size picture = s.architecture.picture();
    const auto batch = o.schedule.batch_at.find(picture.height);
    std::string name = text(s.data.stem().string(), "-cfg", s.cfg, '-', picture.width, 'x', picture.height, "-batch",
                            batch != o.schedule.batch_at.end() ? batch->second : o.schedule.batch);
    if (!o.loss.name.starts_with("logistic")) {
        std::string loss = o.loss.name;
        std::erase(loss, '-');  // "wgangp"
        name += "-" + loss;
    }
    if (o.loss.r1_gamma > 0) name += text("-gamma", o.loss.r1_gamma);
    if (o.mirror) name += "-mirror";
    if (o.augment.mode == AugmentMode::adaptive) name += "-ada";
    if (o.augment.mode == AugmentMode::fixed) name += text("-fixed", o.augment.p);
    if (s.cond) name += "-cond";
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c <= ' ' || c == '/'; }, '_');
    return name;
}

nlohmann::ordered_json to_json(const TrainSettings& s) {
    nlohmann::ordered_json json;
    json["data"] = s.data.string();
    json["cfg"] = s.cfg;
    json["cond"] = s.cond;
    json["snap"] = s.snap;
    json["snap_minutes"] = s.snap_minutes;
    json["hours"] = s.hours;
    json["keep"] = s.keep;
    json["threads"] = s.threads;
    json["metrics"] = s.metrics;
    json["metric_samples"] = s.metric_samples;
    json["vgg"] = s.vgg.string();
    json["lpips"] = s.lpips.string();
    json["inception"] = s.inception.string();
    json["resize"] = name_of(s.resize);
    json["tensorboard"] = s.tensorboard;
    json["training"] = stylegan::to_json(s.options);
    json["architecture"] = architecture_to_json(s.architecture);
    return json;
}

TrainSettings read_train_settings(const std::filesystem::path& path) {
    constexpr std::size_t longest = std::size_t{1} << 20;
    const Bytes content = read_file(path, longest);
    return train_settings_from_json({content.begin(), content.end()}, path.string());
}

TrainSettings train_settings_from_json(const std::string& content, const std::string& where) {
    const nlohmann::json json = parse_json(content, where);
    const auto require = [&](const char* name, auto found, bool good, const char* expected) {
        if (!good) throw FormatError(text(where, ": \"", name, "\" is ", found, ", expected ", expected));
    };
    try {
        TrainSettings s;
        s.data = json.at("data").get<std::string>();
        s.cfg = json.at("cfg").get<std::string>();
        s.cond = json.at("cond").get<bool>();
        s.snap = json.at("snap").get<int>();
        s.snap_minutes = json.value("snap_minutes", s.snap_minutes);
        s.hours = json.value("hours", s.hours);
        s.keep = json.value("keep", s.keep);
        s.threads = json.at("threads").get<int>();
        s.metrics = json.value("metrics", s.metrics);
        s.metric_samples = json.value("metric_samples", s.metric_samples);
        s.tensorboard = json.value("tensorboard", s.tensorboard);
        s.vgg = json.value("vgg", std::string());
        s.lpips = json.value("lpips", std::string());
        s.inception = json.value("inception", std::string());
        const std::string resize = json.value("resize", std::string(name_of(s.resize)));
        const auto known = find_resize(resize);
        require("resize", shortened(resize), known.has_value(), "official, pytorch-fid or clean");
        s.resize = *known;
        require("snap", s.snap, s.snap >= 1, "1 or more");
        require("snap_minutes", s.snap_minutes, s.snap_minutes >= 0, "0 or more");
        require("hours", s.hours, s.hours >= 0, "0 or more");
        require("keep", s.keep, s.keep >= 0, "0 or more");
        require("threads", s.threads, s.threads >= 0 && s.threads <= 1024, "0 to 1024");
        require("metric_samples", s.metric_samples, s.metric_samples >= 1, "1 or more");
        s.options = training_options_from_json(json.at("training"), where + ": training");
        s.architecture = architecture_from_json(json.at("architecture"), where + ": architecture");
        return s;
    } catch (const nlohmann::json::exception&) {
        throw FormatError(text(where, ": is not the training_options.json of a run"));
    }
}

}  // namespace stylegan::examples
