// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include "eigen_settings.hpp"

BOOST_AUTO_TEST_SUITE(determinism)

using namespace training_test;

namespace {

std::vector<float> trained(const Architecture& a, TrainingOptions o, int count, int threads,
                           Kernels kernels = Kernels::fast) {
    Trainer<Cpu> trainer(a, std::move(o), boxes(a), Cpu{.threads = threads, .kernels = kernels});
    steps(trainer, count);
    return everything(trainer);
}

/// Grows from 4x4 to 16x16 within 20 steps.
TrainingOptions growing() {
    TrainingOptions o = few_steps();
    o.repeats = 2;
    o.schedule.growing = true;
    o.schedule.first_height = 4;
    o.schedule.lod_kimg = 0.032;
    o.schedule.fade_kimg = 0.032;
    return o;
}

/// The parameters of both networks and the average, without the moments, after some steps in parts of `microbatch`.
template <class Device>
std::vector<double> trained_in_parts(TrainingOptions o, int microbatch, int count) {
    const Architecture a = tiny(3);
    o.microbatch = microbatch;
    Device device;
    device.threads = 2;
    Trainer<Device> trainer(a, o, boxes(a), device);
    steps(trainer, count);
    std::vector<double> all;
    for_each_parameter(trainer, [&](const std::string& name, const Parameter<Device>& p) {
        if (!name.starts_with("training/")) all.insert(all.end(), p.value().begin(), p.value().end());
    });
    return all;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return a.size() == b.size() ? most : 1e30;
}

/// |a - b| / |b|
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    return std::sqrt(difference / size);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_number_of_threads_changes_no_bit) {
    const Architecture a = tiny(3);
    const auto one = trained(a, few_steps(), 20, 1);
    BOOST_TEST(all_finite(one));
    BOOST_TEST((trained(a, few_steps(), 20, 2) == one));
    BOOST_TEST((trained(a, few_steps(), 20, 5) == one));
    BOOST_TEST((trained(a, few_steps(), 19, 1) != one));
    TrainingOptions other = few_steps();
    other.seed += 1;
    BOOST_TEST((trained(a, other, 20, 1) != one));
}

BOOST_AUTO_TEST_CASE(nor_with_growing_labels_and_all_penalties) {
    Architecture a = tiny(3);
    a.label_size = 3;
    TrainingOptions o = few_steps();
    o.schedule.growing = true;
    o.schedule.first_height = 4;
    o.schedule.lod_kimg = o.schedule.fade_kimg = 0.03;
    o.loss.r2_gamma = 3;
    o.loss.gp_lambda = 5;
    const auto one = trained(a, o, 16, 1);
    BOOST_TEST(all_finite(one));
    BOOST_TEST((trained(a, o, 16, 2) == one));
}

BOOST_AUTO_TEST_CASE(nor_with_growing_and_kernels_and_settings_of_eigen) {
    Architecture a = tiny(3);
    a.fmap_max = 23;  // a multiple of no register's width
    a.fmap_base = 97;
    {
        Trainer<Cpu> trainer(a, growing(), boxes(a), Cpu{.threads = 2});
        BOOST_TEST(trainer.scheduled_now().lod == 2);
        steps(trainer, 20);
        BOOST_TEST(trainer.scheduled_now().lod == 0);
    }
    std::vector<std::vector<float>> by_kernels;
    for (const Kernels kernels : {Kernels::fast, Kernels::eigen}) BOOST_TEST_CONTEXT(name_of(kernels)) {
            const auto one = trained(a, growing(), 20, 1, kernels);
            BOOST_TEST(all_finite(one));
            BOOST_TEST((trained(a, growing(), 20, 2, kernels) == one));
            BOOST_TEST((trained(a, growing(), 20, 3, kernels) == one));
            const OddEigenSettings settings;
            for (const int threads : {1, 2, 3}) BOOST_TEST((trained(a, growing(), 20, threads, kernels) == one));
            BOOST_TEST(settings.hold());
            by_kernels.push_back(one);
        }
    BOOST_TEST((by_kernels[0] != by_kernels[1]));  // otherwise both runs used the same kernels
}

// Adam without momentum moves a parameter by about the learning rate, however small its gradient is. Where the gradient
// is pure rounding error, as for a bias that instance normalization removes again, other rounding means another step.
// So single precision is compared after one step, and double precision after twenty.
BOOST_AUTO_TEST_CASE(splitting_the_minibatch_changes_nothing_but_rounding) {
    for (const bool penalties : {false, true}) {
        TrainingOptions o = few_steps(16);
        if (penalties) {
            o.loss = losses::wgan_gp;
            o.loss.r1_gamma = o.loss.r2_gamma = 1;
        }
        const auto whole = trained_in_parts<Cpu>(o, 0, 1), halves = trained_in_parts<Cpu>(o, 8, 1),
                   quarters = trained_in_parts<Cpu>(o, 4, 1);
        BOOST_TEST((trained_in_parts<Cpu>(o, 16, 1) == whole));
        BOOST_TEST((halves != whole));  // otherwise nothing was split
        BOOST_TEST(distance(halves, whole) < 1e-5);
        BOOST_TEST(distance(quarters, whole) < 1e-5);
        BOOST_TEST((trained_in_parts<Cpu>(o, 1, 1) == quarters));  // a stddev group is not split

        using Exact = BasicCpu<double>;
        BOOST_TEST(largest_difference(trained_in_parts<Exact>(o, 8, 20), trained_in_parts<Exact>(o, 0, 20)) < 1e-5);
    }
}

BOOST_AUTO_TEST_SUITE_END()
