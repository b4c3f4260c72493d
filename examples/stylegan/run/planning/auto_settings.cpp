// SPDX-License-Identifier: Apache-2.0
#include "run/planning/auto_settings.hpp"

#include "options/parse.hpp"

#include <stylegan/training/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace stylegan::examples {
namespace {

/// Widths of networks, from narrow to those of the paper.
struct Widths {
    int fmap_base, fmap_max, latent;
};
constexpr Widths all_widths[] = {{256, 64, 64},    {512, 128, 128},  {1024, 128, 128},
                                 {2048, 256, 256}, {4096, 512, 512}, {8192, 512, 512}};
constexpr int first_tried = 2;

constexpr Index few_pictures = 5000;  ///< below, augmentation pays

/// Rounded to so many digits, to the number that those digits say when they are typed.
double rounded(double v, int digits) {
    char s[32];
    std::snprintf(s, sizeof s, "%.*g", digits, v);
    return std::strtod(s, nullptr);
}

double side_of(Size picture) { return std::sqrt(static_cast<double>(picture.height) * picture.width); }

/// Thousands of pictures that training wants for pictures of this size, so that more time is spent on wider networks
/// and on longer training both. Half an hour: 150 at 32x32, 240 at 64x64; below two thirds of that nothing looks good.
double wanted_kimg(Size picture, double hours) {
    return 150 * std::pow(side_of(picture) / 32, 0.7) * std::pow(std::max(hours, 0.5) / 0.5, 0.75);
}

/// The widest networks for so few pictures: wider ones learn them by heart.
int widest_for(Index pictures) {
    return pictures < 2000 ? 2 : pictures < 20000 ? 3 : static_cast<int>(std::size(all_widths)) - 1;
}

/// A schedule and its length.
struct Plan {
    double lod_kimg = 0, fade_kimg = 0, kimg = 0;
    double full = 1;  ///< part of the time at full resolution
};

/// Seconds of growing by schedule, from `first` until the last stage has faded in.
double seconds_of_growing(const LevelTimes& times, int first, int last, double lod_kimg, double fade_kimg) {
    double seconds = 0;
    for (int s = first; s < last; ++s) {
        const auto stage = static_cast<std::size_t>(s);
        seconds += lod_kimg * times.seconds_per_kimg[stage] + fade_kimg * times.seconds_per_kimg[stage + 1];
    }
    return seconds;
}

/// @param given  lod_kimg, fade_kimg and kimg are taken from it where it has them
Plan plan_of(const LevelTimes& times, const TrainSettings& s, const TrainFlags& given, double seconds) {
    constexpr double growing_part = 0.25, fade_part = 5.0 / 6, shortest_at_length = 12, largest_part = 0.025;
    const int last = s.architecture.stages() - 1;
    const int first = last - static_cast<int>(scheduled(s.architecture, s.options.schedule, 0).lod);
    const double full = times.seconds_per_kimg[static_cast<std::size_t>(last)];
    if (given.kimg) seconds = std::min(seconds, *given.kimg * full);
    Plan plan{.kimg = given.kimg.value_or(rounded(seconds / full, 3))};
    if (first == last) return plan;

    double lod = growing_part * seconds / seconds_of_growing(times, first, last, 1, fade_part);
    lod = std::min(lod, std::max(shortest_at_length, largest_part * seconds / full));
    plan.lod_kimg = given.lod_kimg.value_or(rounded(lod, 2));
    plan.fade_kimg = given.fade_kimg.value_or(rounded(lod * fade_part, 2));
    const double growing = seconds_of_growing(times, first, last, plan.lod_kimg, plan.fade_kimg);
    const double left = std::max(seconds - growing, 0.0), grown = (last - first) * (plan.lod_kimg + plan.fade_kimg);
    if (!given.kimg) plan.kimg = rounded(left > 0 ? grown + left / full : grown * seconds / growing, 3);
    plan.full = left / seconds;
    return plan;
}

/// Chooses for one data set and machine.
class Chooser {
public:
    Chooser(const TrainFlags& given, const DatasetFacts& data, const std::optional<TrainStart>& start,
            const TimeModel& times)
        : given_(given), data_(data), start_(start), model_(times), flags_(given) {
        flags_.hours = given.hours.value_or(default_hours);
        seconds_ = 0.9 * *flags_.hours * 3600;  // the rest is for snapshots and for what slows the machine down
    }

    AutoChoice choose() {
        if (is_auto(given_, start_)) {
            flags_.cfg.reset();
            choose_for_data();
            choose_networks();
            choose_batch();
        } else {
            measure();
        }
        choose_schedule();
        if (is_auto(given_, start_)) choose_output();
        return {std::move(flags_), std::move(reasons_)};
    }

private:
    template <class T, class V>
    static void set(std::optional<T>& flag, const V& value) {
        if (!flag) flag = T(value);
    }
    void say(const std::string& reason) { reasons_.push_back("  " + reason); }

    void measure() {
        settings_ = resolve(flags_, data_, start_);
        times_ = model_(settings_.architecture, settings_.options);
        if (!times_.known())
            throw ValueError(text("--hours: is ", *flags_.hours, ", but training cannot be measured: ", times_.reason));
        plan_ = plan_of(times_, settings_, given_, seconds_);
    }

    /// What follows from the pictures alone.
    void choose_for_data() {
        const bool grows = std::min(data_.resolution.height, data_.resolution.width) >= 16 && flags_.preset != "r3gan";
        if (!given_.growing && !given_.no_growing) (grows ? flags_.growing : flags_.no_growing) = true;
        const Index largest = given_.device.cuda ? 32 : 16;
        Index batch = std::min(largest, data_.pictures);
        if (batch > 4) batch -= batch % 4;  // groups of minibatch stddev
        if (!flags_.batch) flags_.batch = ByHeight{.all = static_cast<double>(batch)};
        choose_rates();
        set(flags_.mirror, true);
        if (!flags_.preset && !flags_.loss) set(flags_.reg_interval, 16);
        if (!flags_.preset && data_.pictures < few_pictures && (data_.channels == 1 || data_.channels == 3))
            set(flags_.aug, "ada");
    }

    /// Measured at 32x32 on drawn faces and on photographs: docs/quality.md. The R1 penalty of the same discriminator
    /// falls with the number of pixels, so gamma rises with it, as in StyleGAN2-ADA.
    void choose_rates() {
        const double batch = flags_.batch->all > 0 ? flags_.batch->all : 16;
        const double pixels = static_cast<double>(data_.resolution.height) * data_.resolution.width;
        if (!given_.lr) flags_.lr = ByHeight{.all = batch < 16 ? 0.003 : 0.004};
        if (!given_.gamma && !flags_.loss) flags_.gamma = rounded(std::min(0.016 * pixels / batch, 10.0), 2);
    }

    void set_widths(int tier) {
        const Widths& w = all_widths[tier];
        Architecture a;
        set_picture_size(a, data_.resolution);
        flags_.fmap_base = given_.fmap_base.value_or(std::max(w.fmap_base, 8 << a.stages()));  // 8 maps at the finest
        flags_.fmap_max = given_.fmap_max.value_or(w.fmap_max);
        flags_.latent = given_.latent.value_or(w.latent);
        measure();
    }

    /// Whether networks of other widths would show enough pictures, by their work and the times of the last ones.
    [[nodiscard]] bool would_suffice(int tier, double wanted) const {
        constexpr double gain_by_width = 0.85;  // exponent: wide layers do more work in a second
        const Widths& w = all_widths[tier];
        Architecture a = settings_.architecture;
        a.fmap_base = std::max(w.fmap_base, 8 << a.stages());
        a.fmap_max = w.fmap_max;
        LevelTimes times = times_;
        for (int s = 0; s < a.stages(); ++s)
            times.seconds_per_kimg[static_cast<std::size_t>(s)] *=
                std::pow(work_of_stage(a, s) / work_of_stage(settings_.architecture, s), gain_by_width);
        return suffices(times, wanted);
    }

    void choose_networks() {
        const double wanted = given_.kimg.value_or(wanted_kimg(data_.resolution, *flags_.hours));
        const int widest = widest_for(data_.pictures);
        int tier = std::min(first_tried, widest);
        set_widths(tier);
        const auto enough = [&] { return suffices(times_, wanted); };
        if (!(given_.fmap_base && given_.fmap_max)) {
            int best = widest;
            while (best > 0 && best != tier && !would_suffice(best, wanted)) --best;
            if (best == tier && !enough()) best = std::max(tier - 1, 0);
            if (best != tier) set_widths(tier = best);
            while (tier > 0 && !enough()) set_widths(--tier);
        }
        const std::string networks = text("networks: --fmap-base ", *flags_.fmap_base, " --fmap-max ", *flags_.fmap_max,
                                          " --latent ", *flags_.latent);
        const std::string pictures =
            text(rounded(wanted, 2), " kimg that pictures of ",
                 width_by_height(data_.resolution.width, data_.resolution.height), " should see in this time");
        if (given_.fmap_base && given_.fmap_max)
            say(networks + ", as given");
        else if (!enough())
            say(networks + ", the narrowest, and still too slow here for the " + pictures);
        else if (tier == widest)
            say(networks + text(", the widest for ", data_.pictures, " pictures"));
        else
            say(networks + ", the widest here that leave time for the " + pictures);
    }

    /// Whether these times leave room for so many pictures.
    [[nodiscard]] bool suffices(const LevelTimes& times, double kimg) const {
        TrainFlags open = given_;
        open.kimg.reset();
        return plan_of(times, settings_, open, seconds_).kimg >= kimg;
    }

    /// A short run makes more steps with smaller minibatches.
    void choose_batch() {
        constexpr double wanted_steps = 15000;
        if (given_.batch || flags_.batch->all <= 8) return;
        if (plan_.kimg * 1000 / flags_.batch->all >= wanted_steps) return;
        flags_.batch->all = 8;
        choose_rates();
        measure();
        say("minibatch: --batch 8, for more steps in a short run");
    }

    void choose_schedule() {
        set(flags_.kimg, plan_.kimg);
        const Architecture& a = settings_.architecture;
        const int last = a.stages() - 1;
        const bool grows = plan_.lod_kimg > 0 || plan_.fade_kimg > 0;
        if (grows) {
            set(flags_.lod_kimg, plan_.lod_kimg);
            set(flags_.fade_kimg, plan_.fade_kimg);
        }
        const Size size = a.picture();
        say(text("schedule: --kimg ", *flags_.kimg, ": a thousand pictures of ",
                 width_by_height(size.width, size.height), " take ", times_.about(last) ? "about " : "",
                 rounded(times_.seconds_per_kimg.back(), 3), " s here",
                 grows ? text("; growing to that size, which is quicker and steadier, takes ",
                              std::lround(100 * (1 - plan_.full)), " % of the time")
                       : std::string("; no growing")));
    }

    void choose_output() {
        const double kimg = *flags_.kimg;
        if (!given_.gamma && flags_.gamma)
            say(text("rates: --lr ", flags_.lr->all, " --gamma ", *flags_.gamma,
                     ", with which small networks learn most in a short time; gamma grows with the number of pixels"));
        if (flags_.aug == "ada" && !given_.aug)
            say(text("augmentation: --aug ada, for ", data_.pictures,
                     " pictures, which the discriminator may learn by heart"));
        if (flags_.reg_interval && !given_.reg_interval)
            say("regularization: --reg-interval 16, R1 in every 16th step alone, which saves time");
        set(flags_.ema_kimg, rounded(std::clamp(kimg / 60, std::min(1.0, kimg / 4), kimg < 2000 ? 5.0 : 10.0), 2));
        set(flags_.tick, std::max(rounded(kimg / 60, 2), 0.001));
        set(flags_.snap, 10);
        if (data_.label_size > 0 && !flags_.cond) say("labels are not used; --cond uses them");
        say(text(
            "data: ", data_.pictures, data_.pictures == 1 ? " picture" : " pictures",
            *flags_.mirror ? ", and their mirror images (--mirror 0 where left and right differ, as in text)" : ""));
    }

    const TrainFlags& given_;
    const DatasetFacts& data_;
    const std::optional<TrainStart>& start_;
    const TimeModel& model_;
    TrainFlags flags_;
    double seconds_ = 0;
    TrainSettings settings_;
    LevelTimes times_;
    Plan plan_;
    std::vector<std::string> reasons_;
};

}  // namespace

bool is_auto(const TrainFlags& f, const std::optional<TrainStart>& start) {
    return f.cfg == "auto" || (f.hours && !f.cfg && !start);
}

bool leaves_a_choice(const TrainFlags& f, const DatasetFacts& data, const std::optional<TrainStart>& start) {
    if (f.cfg == "auto" && start)
        throw ValueError(text("--cfg: is auto with --resume ", start->snapshot.string(),
                              ", whose networks stay as they are; expected --hours alone"));
    if (is_auto(f, start)) return true;
    if (!f.hours || (f.kimg && (f.no_growing || (f.lod_kimg && f.fade_kimg)))) return false;
    if (!start) return true;
    if (start->settings) return false;
    return start->level.has_value() || is_transfer(*start, resolve(f, data, start));
}

AutoChoice choose_settings(const TrainFlags& flags, const DatasetFacts& data, const std::optional<TrainStart>& start,
                           const TimeModel& times) {
    return Chooser(flags, data, start, times).choose();
}

}  // namespace stylegan::examples
