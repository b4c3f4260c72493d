// SPDX-License-Identifier: Apache-2.0
// train_classifier TRAIN TEST OUT.safetensors [EPOCHS [MINUTES [THREADS]]]
// Trains a VGG16 of a quarter of the width to classify small pictures, and writes its convolutions. This made
// examples/data/cifar-vgg.safetensors from CIFAR-10: the default features of `stylegan calc-metrics`.
//
// TRAIN and TEST are data sets with labels, as `stylegan dataset-tool` makes them. EPOCHS fixes the schedule; after
// MINUTES the program stops and leaves its state in OUT.safetensors.training; the same command resumes from there, bit
// for bit. The score of a class is a weighted sum of the mean features of all five stages, so that every stage learns
// to tell pictures apart, not only the last.
#include <stylegan/core/permutation.hpp>
#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/load_vgg16.hpp>
#include <stylegan/training/adam.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace sg = stylegan;

namespace {

constexpr int width = 16, batch = 100, most_shift = 4;
constexpr double top_rate = 0.04, warm_up = 0.1;

/// VGG16 and one dense layer on the means of its feature maps.
struct Classifier {
    Classifier(int classes, std::shared_ptr<sg::Context<sg::Cpu>> context)
        : vgg(width, {}, std::move(context)), dense(width * 23, classes, {.lr = {.gain = 1}}) {}

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        sg::Vgg16<sg::Cpu>::visit(self.vgg, prefix, f);
        sg::Dense<sg::dynamic, sg::dynamic, sg::Cpu>::visit(self.dense, prefix + "dense/", f);
    }

    /// The means of the features of all stages, (N, 23 width).
    void means(const sg::Vgg16<sg::Cpu>::Features& features, sg::Rows<float> y) {
        vgg.context().parallel_for(y.extent(0), [&](sg::Index n) {
            float* to = y.data + n * y.extent(1);
            for (const auto& f : features)
                for (sg::Index c = 0, pixels = f.extent(2) * f.extent(3); c < f.extent(1); ++c) {
                    const float* const from = f.data + (n * f.extent(1) + c) * pixels;
                    *to++ = std::accumulate(from, from + pixels, 0.0f) / static_cast<float>(pixels);
                }
        });
    }

    void scores(sg::Maps<const float> x, sg::Rows<float> y) {
        auto& c = vgg.context();
        const sg::Workspace::Frame frame(c.workspace());
        const auto features = vgg.forward(c, x);
        const sg::Rows<float> m = c.take(x.extent(0), dense.inputs());
        means(features, m);
        dense.forward(c, m, y);
    }

    /// Adds to the gradients. @return the sum of the cross-entropies, and the number of correct classes
    std::pair<double, int> learn(sg::Maps<const float> x, const std::vector<int>& classes) {
        auto& c = vgg.context();
        const sg::Workspace::Frame frame(c.workspace());
        sg::Vgg16<sg::Cpu>::Cache cache;
        sg::Dense<>::Cache dense_cache;
        const auto features = vgg.forward(c, x, &cache);
        const sg::Rows<float> m = c.take(x.extent(0), dense.inputs()), dm = c.take_like(m);
        const sg::Rows<float> y = c.take(x.extent(0), dense.outputs());
        means(features, m);
        dense.forward(c, m, y, &dense_cache);

        double loss = 0;
        int right = 0;
        for (sg::Index n = 0; n < y.extent(0); ++n) {  // y becomes dL/dy = (softmax(y) - one-hot) / N
            float* const row = y.data + n * y.extent(1);
            const auto k = static_cast<sg::Index>(classes[static_cast<std::size_t>(n)]);
            const auto most = std::max_element(row, row + y.extent(1));
            right += most - row == k ? 1 : 0;
            const float largest = *most, own = row[k] - largest;
            float sum = 0;
            for (sg::Index i = 0; i < y.extent(1); ++i) sum += row[i] = std::exp(row[i] - largest);
            loss += static_cast<double>(std::log(sum) - own);
            for (sg::Index i = 0; i < y.extent(1); ++i)
                row[i] = (row[i] / sum - (i == k ? 1.0f : 0.0f)) / static_cast<float>(y.extent(0));
        }
        dense.backward(c, dense_cache, y, dm, sg::Pass::gradients);

        sg::Vgg16<sg::Cpu>::Features dfeatures;
        sg::Index column = 0;
        for (std::size_t s = 0; s < features.size(); ++s) {
            const auto& f = features[s];
            const sg::Index maps = f.extent(1), pixels = f.extent(2) * f.extent(3);
            const sg::Maps<float> df = c.take_like(f);
            for (sg::Index i = 0; i < f.extent(0) * maps; ++i)
                std::fill_n(df.data + i * pixels, pixels, dm(i / maps, column + i % maps) / static_cast<float>(pixels));
            dfeatures[s] = df;
            column += maps;
        }
        vgg.backward(c, cache, dfeatures, {}, sg::Pass::gradients);
        return {loss, right};
    }

    sg::Vgg16<sg::Cpu> vgg;
    sg::Dense<> dense;
};

struct Data {
    explicit Data(const char* path) : set(path) {
        if (!set.has_labels() || set.channels() != 3)
            throw sg::FormatError(sg::text(path, ": expected pictures of three channels with labels"));
    }

    [[nodiscard]] int class_of(std::size_t i) const {
        const std::vector<float> label = set.label(i);
        return static_cast<int>(std::max_element(label.begin(), label.end()) - label.begin());
    }

    /// Picture i in [-1, 1], mirrored and shifted; the border pixels are repeated.
    void picture(std::size_t i, bool mirror, int down, int right, float* to) const {
        const std::vector<std::uint8_t> pixels = set.picture(i);
        const int h = set.height(), w = set.width();
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < h; ++y)
                for (int x = 0; x < w; ++x) {
                    const int row = std::clamp(y - down, 0, h - 1), moved = std::clamp(x - right, 0, w - 1);
                    const int column = mirror ? w - 1 - moved : moved;
                    *to++ =
                        static_cast<float>(pixels[static_cast<std::size_t>((c * h + row) * w + column)]) / 127.5f - 1;
                }
    }

    sg::Dataset set;
};

double accuracy(Classifier& classifier, const Data& data, std::size_t count) {
    auto& c = classifier.vgg.context();
    std::size_t right = 0;
    for (std::size_t first = 0; first < count; first += batch) {
        const sg::Workspace::Frame frame(c.workspace());
        const auto n = static_cast<sg::Index>(std::min<std::size_t>(batch, count - first));
        const sg::Maps<float> x = c.take(n, 3, data.set.height(), data.set.width());
        const sg::Rows<float> y = c.take(n, classifier.dense.outputs());
        for (sg::Index i = 0; i < n; ++i)
            data.picture(first + static_cast<std::size_t>(i), false, 0, 0, x.data + i * x.stride());
        classifier.scores(x, y);
        for (sg::Index i = 0; i < n; ++i) {
            const float* const row = y.data + i * y.extent(1);
            right +=
                std::max_element(row, row + y.extent(1)) - row == data.class_of(first + static_cast<std::size_t>(i));
        }
    }
    return static_cast<double>(right) / static_cast<double>(count);
}

/// Learning rate: linear warm-up, then a cosine.
double rate_at(double part) {
    if (part < warm_up) return top_rate * part / warm_up;
    return top_rate * 0.5 * (1 + std::cos((part - warm_up) / (1 - warm_up) * 3.141592653589793));
}

/// The classifier, its optimizer, and the file that keeps both between runs.
class Training {
public:
    Training(const Data& data, std::uint64_t steps, std::filesystem::path state,
             const std::shared_ptr<sg::Context<sg::Cpu>>& context)
        : data_(data),
          steps_(steps),
          state_(std::move(state)),
          context_(*context),
          classifier_(data.set.label_size(), context),
          adam_(classifier_, {.beta1 = 0.9, .beta2 = 0.99}) {
        sg::initialize(classifier_, context_, 0);
        if (exists(state_)) resume();
    }

    [[nodiscard]] bool finished() const { return adam_.steps() >= steps_; }
    [[nodiscard]] std::uint64_t steps_done() const { return adam_.steps(); }
    [[nodiscard]] Classifier& classifier() { return classifier_; }

    /// One minibatch. @return as Classifier::learn()
    std::pair<double, int> step() {
        const double part = (static_cast<double>(adam_.steps()) + 0.5) / static_cast<double>(steps_);
        sg::for_each_parameter(classifier_, [](const std::string&, auto& p) { p.clear_gradient(); });
        const auto result = learn_minibatch();
        if (!adam_.step(classifier_, context_, rate_at(part))) throw sg::ValueError("the gradient is not finite");
        return result;
    }

    void save() const {
        sg::SafetensorsWriter writer;
        writer.metadata("steps", std::to_string(adam_.steps()));
        sg::add_parameters(writer, "classifier/", classifier_);
        sg::add_parameters(writer, "adam/", adam_);
        writer.write(state_);
    }

private:
    void resume() {
        const sg::SafetensorsFile file(state_);
        sg::load_parameters(file, "classifier/", classifier_);
        sg::load_parameters(file, "adam/", adam_);
        adam_.set_steps(std::stoull(file.metadata().at("steps")));
        std::printf("Resumes after %llu of %llu steps\n", static_cast<unsigned long long>(adam_.steps()),
                    static_cast<unsigned long long>(steps_));
    }

    std::pair<double, int> learn_minibatch() {
        const sg::Workspace::Frame frame(context_.workspace());
        const sg::Maps<float> x = context_.take(batch, 3, data_.set.height(), data_.set.width());
        std::vector<int> classes(batch);
        const std::uint64_t size = data_.set.size();
        context_.parallel_for(batch, [&](sg::Index n) {
            const std::uint64_t number = adam_.steps() * batch + static_cast<std::uint64_t>(n);
            const auto i = static_cast<std::size_t>(sg::Permutation(0, number / size, size)(number % size));
            const sg::RandomStream random(0, number, sg::Purpose::example);
            const auto shift = [&](std::uint64_t k) {
                return static_cast<int>(random.below(k, 2 * most_shift + 1)) - most_shift;
            };
            data_.picture(i, random.below(0, 2) == 1, shift(1), shift(2), x.data + n * x.stride());
            classes[static_cast<std::size_t>(n)] = data_.class_of(i);
        });
        return classifier_.learn(x, classes);
    }

    const Data& data_;
    std::uint64_t steps_;
    std::filesystem::path state_;
    sg::Context<sg::Cpu>& context_;
    Classifier classifier_;
    sg::Adam<sg::Cpu> adam_;
};

void train(const std::filesystem::path& train_path, const std::filesystem::path& test_path,
           const std::filesystem::path& out, double epochs, double minutes, int threads) {
    const Data data(train_path.c_str()), test(test_path.c_str());
    const auto steps = static_cast<std::uint64_t>(epochs * static_cast<double>(data.set.size()) / batch);
    const auto context = std::make_shared<sg::Context<sg::Cpu>>(sg::Cpu{.threads = threads});
    Training training(data, steps, out.string() + ".training", context);

    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    const std::uint64_t first_step = training.steps_done();
    double loss = 0;
    int right = 0, since = 0;  // of the last steps, since the last line
    while (!training.finished() && seconds() < minutes * 60) {
        const auto [l, r] = training.step();
        loss += l;
        right += r;
        ++since;
        const std::uint64_t done = training.steps_done();
        if (done % 100 == 0) {
            std::printf("step %llu of %llu, %.0f s, %.0f pictures/s: loss %.3f, right %.1f %%\n",
                        static_cast<unsigned long long>(done), static_cast<unsigned long long>(steps), seconds(),
                        static_cast<double>((done - first_step) * batch) / seconds(), loss / (since * batch),
                        100.0 * right / (since * batch));
            std::fflush(stdout);
            loss = 0;
            right = since = 0;
        }
        if (done % 1000 == 0) training.save();
    }
    training.save();
    const double share = accuracy(training.classifier(), test, test.set.size());
    std::printf("Right on %zu test pictures: %.2f %%\n", test.set.size(), 100 * share);
    char percent[32];
    std::snprintf(percent, sizeof percent, "%.2f", 100 * share);
    sg::save_vgg16(out, training.classifier().vgg,
                   {{"test_accuracy_percent", percent}, {"steps", std::to_string(training.steps_done())}});
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 4 || argc > 7) {
        std::fprintf(stderr, "usage: train_classifier TRAIN TEST OUT.safetensors [EPOCHS [MINUTES [THREADS]]]\n");
        return 2;
    }
    const auto number = [&](int i, double otherwise) { return argc > i ? std::atof(argv[i]) : otherwise; };
    const double epochs = number(4, 12), minutes = number(5, 1e6);
    if (!(epochs > 0) || !(minutes > 0)) throw sg::ValueError("EPOCHS and MINUTES must be above 0");
    train(argv[1], argv[2], argv[3], epochs, minutes, static_cast<int>(number(6, 0)));
} catch (const std::exception& e) {
    std::fprintf(stderr, "train_classifier: %s\n", e.what());
    return 1;
}
