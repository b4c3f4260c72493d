// SPDX-License-Identifier: Apache-2.0
#include "printing/shell_word.hpp"
#include "run/planning/auto_settings.hpp"

#include <cstdio>
#include <cstdlib>

namespace stylegan::examples {
namespace {

/// The fewest digits that mean the same number.
std::string digits_of(double v) {
    char s[32];
    for (int digits = 6; digits <= 17; ++digits) {
        std::snprintf(s, sizeof s, "%.*g", digits, v);
        if (std::strtod(s, nullptr) == v) break;
    }
    return s;
}

std::string word_of(double v) { return digits_of(v); }
std::string word_of(int v) { return std::to_string(v); }
std::string word_of(std::uint64_t v) { return std::to_string(v); }
std::string word_of(bool v) { return v ? "1" : "0"; }
std::string word_of(const std::string& v) { return shell_word(v); }
std::string word_of(InceptionResize v) { return std::string(name_of(v)); }
std::string word_of(const std::filesystem::path& v) { return shell_word(v.string()); }
std::string word_of(Size v) { return text(v.width, 'x', v.height); }
std::string word_of(const ByHeight& v) {
    if (v.at.empty()) return digits_of(v.all);
    std::string words;
    for (const auto& [height, value] : v.at) words += (words.empty() ? "" : ",") + text(height, ':', digits_of(value));
    return words;
}
std::string word_of(const std::vector<std::string>& v) {
    std::string words = v.empty() ? "none" : "";
    for (const std::string& name : v) words += (words.empty() ? "" : ",") + name;
    return words;
}

std::string words_of(const DeviceOption& d) {
    std::string words;
    if (d.cuda) words += d.number > 0 ? text(" --device cuda:", d.number) : " --device cuda";
    if (d.kernels != Kernels::fast) words += text(" --kernels ", name_of(d.kernels));
    if (d.precision != Precision::fp32) words += text(" --gpu-precision ", name_of(d.precision));
    return words;
}

}  // namespace

std::string command_of(const TrainFlags& f) {
    std::string words = "stylegan train";
    const auto add = [&](const char* flag, const auto& value) {
        if (value) words += text(' ', flag, ' ', word_of(*value));
    };
    add("--data", f.data);
    add("--outdir", f.outdir);
    add("--resume", f.resume);
    add("--cfg", f.cfg);
    add("--resolution", f.resolution);
    add("--cond", f.cond);
    add("--fmap-base", f.fmap_base);
    add("--fmap-max", f.fmap_max);
    add("--latent", f.latent);
    add("--map-depth", f.map_depth);
    if (f.growing) words += " --growing";
    if (f.no_growing) words += " --no-growing";
    add("--lod-kimg", f.lod_kimg);
    add("--fade-kimg", f.fade_kimg);
    add("--kimg", f.kimg);
    add("--batch", f.batch);
    add("--microbatch", f.microbatch);
    add("--shards", f.shards);
    add("--lr", f.lr);
    add("--loss", f.loss);
    add("--gamma", f.gamma);
    add("--r2-gamma", f.r2_gamma);
    add("--reg-interval", f.reg_interval);
    add("--preset", f.preset);
    add("--burn-in", f.burn_in);
    add("--mirror", f.mirror);
    add("--aug", f.aug);
    add("--p", f.p);
    add("--target", f.target);
    add("--augpipe", f.augpipe);
    add("--freeze-d", f.freeze_d);
    add("--ema-kimg", f.ema_kimg);
    add("--seed", f.seed);
    add("--tick", f.tick);
    add("--snap", f.snap);
    add("--snap-minutes", f.snap_minutes);
    add("--keep", f.keep);
    add("--tensorboard", f.tensorboard);
    add("--metrics", f.metrics);
    add("--metric-samples", f.metric_samples);
    add("--vgg", f.vgg);
    add("--lpips", f.lpips);
    add("--inception", f.inception);
    add("--resize", f.resize);
    add("--threads", f.threads);
    if (f.max_pixels != PictureLimits::default_pixels) words += text(" --max-pixels ", f.max_pixels);
    return words + words_of(f.device);
}

}  // namespace stylegan::examples
