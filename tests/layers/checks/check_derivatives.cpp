// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/checks/check_derivatives.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(check_derivatives)

using namespace stylegan;

namespace {

using Exact = BasicCpu<double>;

/// Mistakes in a layer's passes.
enum class Mistake {
    none,
    wrong_dx,
    one_wrong_dx,
    wrong_parameter_gradient,
    overwritten_parameter_gradient,
    unwritten_y,
    unwritten_dx,
    stale_scratch,
    cache_changes_y,
    inputs_pass_adds,
    linearize_pass_adds,
    linearize_pass_differs,
    wrong_tangent,
    unwritten_tangent,
    tangent_of_dx_without_curvature,
    tangent_of_parameter_without_curvature,
    dy_dot_ignored,
    tangent_overwritten,
};

/// y = w x^3 + leaky_relu(x), with a mistake.
class Cube {
public:
    using Scalar = double;
    struct Cache {
        Rows<const double> x{}, dy{}, x_dot{};
    };

    explicit Cube(Mistake m = Mistake::none) : mistake_(m), w_({1}, {.mean = 1}), counter_({1}, {.mean = 4}, false) {}

    void forward(Context<Exact>& context, Rows<const double> x, Rows<double> y, Cache* cache = nullptr) const {
        BOOST_REQUIRE(counter_.value()[0] == 4);  // the check does not change untrained parameters
        const Rows<double> scratch = context.take_like(x);
        for (Index i = 0; i < x.size(); ++i) {
            if (mistake_ == Mistake::unwritten_y && i == 3) continue;
            y.data[i] = w() * x.data[i] * x.data[i] * x.data[i] + (x.data[i] > 0 ? x.data[i] : 0.2 * x.data[i]);
            if (mistake_ == Mistake::stale_scratch) y.data[i] += 1e-30 * scratch.data[i];
            if (mistake_ == Mistake::cache_changes_y && cache) y.data[i] *= 1 + 1e-9;
        }
        if (cache) *cache = Cache{.x = x};
    }

    void backward(Context<Exact>&, Cache& cache, Rows<const double> dy, Rows<double> dx, Pass pass) {
        const bool adds = pass == Pass::gradients || (pass == Pass::inputs && mistake_ == Mistake::inputs_pass_adds) ||
                          (pass == Pass::linearize && mistake_ == Mistake::linearize_pass_adds);
        double dw = 0;
        for (Index i = 0; i < dy.size(); ++i) {
            const double x = cache.x.data[i];
            if (mistake_ == Mistake::unwritten_dx && i == 2) continue;
            dx.data[i] = dy.data[i] * (3 * w() * x * x + (x > 0 ? 1 : 0.2));
            if (mistake_ == Mistake::wrong_dx || (mistake_ == Mistake::one_wrong_dx && i == 5)) dx.data[i] *= 1.0001;
            if (mistake_ == Mistake::linearize_pass_differs && pass == Pass::linearize) dx.data[i] *= 1 + 1e-9;
            dw += dy.data[i] * x * x * x;
        }
        if (mistake_ == Mistake::wrong_parameter_gradient) dw = -dw;
        if (adds && mistake_ == Mistake::overwritten_parameter_gradient) w_.gradient()[0] = 0;
        if (adds) w_.gradient()[0] += dw;
        if (pass == Pass::linearize) cache.dy = dy;
    }

    void tangent(Context<Exact>&, Cache& cache, Rows<const double> x_dot, Rows<double> y_dot) const {
        cache.x_dot = x_dot;
        for (Index i = 0; i < x_dot.size(); ++i) {
            const double x = cache.x.data[i];
            if (mistake_ == Mistake::unwritten_tangent && i == 1) continue;
            y_dot.data[i] = x_dot.data[i] * (3 * w() * x * x + (x > 0 ? 1 : 0.2));
            if (mistake_ == Mistake::wrong_tangent) y_dot.data[i] += 1e-3 * x_dot.data[0];
        }
    }

    void backward_tangent(Context<Exact>&, Cache& cache, Rows<const double> dy_dot, Rows<double> dx_dot) {
        double dw = 0;
        for (Index i = 0; i < dy_dot.size(); ++i) {
            const double x = cache.x.data[i], x_dot = cache.x_dot.data[i], dy = cache.dy.data[i];
            const double d = mistake_ == Mistake::dy_dot_ignored ? 0 : dy_dot.data[i];
            dx_dot.data[i] = d * (3 * w() * x * x + (x > 0 ? 1 : 0.2));
            if (mistake_ != Mistake::tangent_of_dx_without_curvature) dx_dot.data[i] += dy * 6 * w() * x * x_dot;
            dw += d * x * x * x;
            if (mistake_ != Mistake::tangent_of_parameter_without_curvature) dw += dy * 3 * x * x * x_dot;
        }
        if (mistake_ == Mistake::tangent_overwritten) w_.gradient()[0] = 0;
        w_.gradient()[0] += dw;
    }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "w", self.w_);
        f(prefix + "counter", self.counter_);
    }

private:
    [[nodiscard]] double w() const { return w_.value()[0]; }

    Mistake mistake_;
    Parameter<Exact> w_, counter_;
};

DerivativeReport check(Mistake m, std::uint64_t seed = 1) {
    Context<Exact> context({.threads = 1});
    return stylegan::check_derivatives(context, Cube(m), calls_of<Cube>({3, 4}, {3, 4}),
                                       {.name = "Cube", .seed = seed});
}

/// A kink every 3e-6, so every step meets one.
struct Saw {
    using Scalar = double;
    void forward(Context<Exact>&, Rows<const double> x, Rows<double> y, void*) const {
        for (Index i = 0; i < x.size(); ++i) y.data[i] = std::abs(std::sin(1e6 * x.data[i]));
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_right_layer_passes) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const DerivativeReport report = check(Mistake::none, seed);
        BOOST_TEST(report.compared > 80);
        BOOST_TEST(report.skipped < 20);
        BOOST_TEST(report.largest_error < 1e-7);
    }
}

BOOST_AUTO_TEST_CASE(every_mistake_is_found_and_named) {
    const std::vector<std::pair<Mistake, std::string>> mistakes{
        {Mistake::wrong_dx, "dx0"},
        {Mistake::one_wrong_dx, "dx0"},
        {Mistake::wrong_parameter_gradient, "dw"},
        {Mistake::overwritten_parameter_gradient, "dw"},
        {Mistake::unwritten_y, "y"},
        {Mistake::unwritten_dx, "dx0"},
        {Mistake::stale_scratch, "y"},
        {Mistake::cache_changes_y, "y with a cache"},
        {Mistake::inputs_pass_adds, "dw of Pass::inputs"},
        {Mistake::linearize_pass_adds, "dw of Pass::linearize"},
        {Mistake::linearize_pass_differs, "dx0 of Pass::linearize"},
        {Mistake::wrong_tangent, "y_dot"},
        {Mistake::unwritten_tangent, "y_dot"},
        {Mistake::tangent_of_dx_without_curvature, "dx0_dot"},
        {Mistake::tangent_of_parameter_without_curvature, "dw_dot"},
        {Mistake::dy_dot_ignored, "dx0_dot with dy_dot"},
        {Mistake::tangent_overwritten, "dw_dot"},
    };
    for (const auto& [mistake, quantity] : mistakes) BOOST_TEST_CONTEXT("mistake " << static_cast<int>(mistake)) {
            BOOST_CHECK_EXCEPTION(check(mistake), DerivativeError,
                                  [wanted = std::string(quantity)](const DerivativeError& e) {
                                      BOOST_TEST(e.quantity() == wanted);
                                      return std::string(e.what()).find("Cube: " + wanted) == 0;
                                  });
        }
}

BOOST_AUTO_TEST_CASE(the_message_says_where_and_by_how_much) {
    BOOST_CHECK_EXCEPTION(check(Mistake::one_wrong_dx), DerivativeError, [](const DerivativeError& e) {
        BOOST_TEST(e.index() == 5);
        BOOST_TEST(e.found() / e.expected() == 1.0001, boost::test_tools::tolerance(1e-6));
        BOOST_TEST(e.what() == text("Cube: dx0[5] is ", e.found(), ", expected ", e.expected()));
        return true;
    });
    BOOST_CHECK_EXCEPTION(check(Mistake::unwritten_y), DerivativeError, [](const DerivativeError& e) {
        return e.what() ==
               std::string("Cube: y[3] is nan, expected a number: it was not written, or made of what was not");
    });
}

BOOST_AUTO_TEST_CASE(a_layer_without_a_smooth_point_is_refused) {
    Context<Exact> context({.threads = 1});
    LayerCalls<Saw> calls{.inputs = {{2, 3}}, .output = {2, 3}};
    calls.forward = [](auto& c, auto& layer, auto& x, auto y, auto*) { layer.forward(c, x[0], y, nullptr); };
    calls.backward = [](auto& c, auto&, auto&, auto, auto& dx, Pass) { c.fill(Rows<double>(dx[0]), 0.0); };
    BOOST_CHECK_EXCEPTION(
        stylegan::check_derivatives(context, Saw(), calls, {.name = "Saw"}), Error,
        [](const Error& e) { return std::string(e.what()).find("Saw: dx0: the layer is smooth along") == 0; });
}

BOOST_AUTO_TEST_CASE(a_view_of_another_rank_is_refused) {
    double x[6] = {};
    const std::vector<Index> shape{2, 3};
    const LayerBlock<double> block(x, &shape);
    const Rows<const double> rows = block;
    BOOST_TEST(rows.extent(1) == 3);
    BOOST_CHECK_EXCEPTION(([&] { return Maps<double>(block); }()), ShapeError,
                          [](const Error& e) { return e.what() == std::string("LayerBlock: rank is 2, expected 4"); });
    BOOST_TEST(Maps<double>(LayerBlock<double>()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
