// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/metrics/distribution/padded_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace stylegan {

/// Checks features of pictures, one row for each. @throws ShapeError, or ValueError that names the first row with a
/// value that is not finite
inline void require_features(const char* where, Rows<const float> rows, Index width) {
    require_equal(where, "number of features", rows.extent(1), width);
    for (Index r = 0; r < rows.extent(0); ++r)
        for (Index k = 0; k < width; ++k)
            if (!std::isfinite(rows(r, k)))
                throw ValueError(
                    text(where, ": feature ", k, " of picture ", r, " is ", rows(r, k), ", expected a finite number"));
}

/// Mean and covariance of features, which are added in parts. Sums are in double precision, of differences to the first
/// row, so that a large mean costs no digits. The result does not depend on how the rows are parted, nor on the number
/// of threads.
class FeatureMoments {
public:
    /// @param width  features of a picture
    /// @throws ValueError if width is less than 1
    explicit FeatureMoments(Index width) : width_(width) {
        if (width < 1) throw ValueError(text("FeatureMoments: width is ", width, ", expected at least 1"));
        origin_.resize(static_cast<std::size_t>(width));
        sums_.resize(static_cast<std::size_t>(width));
        pending_ = detail::PaddedMatrix(block, width);
        products_ = detail::PaddedMatrix(width, width);
    }

    /// Features of a picture.
    [[nodiscard]] Index width() const { return width_; }
    /// Number of pictures added.
    [[nodiscard]] Index count() const { return count_; }

    /// Adds features of pictures.
    /// @param rows  (pictures, width)
    /// @throws ShapeError if the width differs, ValueError if a value is not finite
    void add(Context<Cpu>& context, Rows<const float> rows) {
        require_features("FeatureMoments", rows, width_);
        for (Index r = 0; r < rows.extent(0); ++r) {
            const float* const x = &rows(r, 0);
            if (count_ == 0) std::copy_n(x, width_, origin_.begin());
            double* const to = pending_.row(waiting_);
            for (Index k = 0; k < width_; ++k) {
                to[k] = static_cast<double>(x[k]) - origin_[static_cast<std::size_t>(k)];
                sums_[static_cast<std::size_t>(k)] += to[k];
            }
            ++count_;
            if (++waiting_ < block) continue;
            add_products(context, products_);
            pending_.fill_with_zeros();
            waiting_ = 0;
        }
    }

    /// The mean of each feature. @throws ValueError if nothing was added
    [[nodiscard]] std::vector<double> mean() const {
        if (count_ < 1) throw ValueError("FeatureMoments: there are no pictures, expected at least 1");
        std::vector<double> mean(sums_);
        for (std::size_t k = 0; k < mean.size(); ++k) mean[k] = origin_[k] + mean[k] / static_cast<double>(count_);
        return mean;
    }

    /// The covariance of the features, (width, width), divided by the number of pictures less one, or by their number.
    /// @throws ValueError unless there are at least 2 pictures
    [[nodiscard]] detail::PaddedMatrix covariance(Context<Cpu>& context, bool less_one = true) const {
        if (count_ < 2) throw ValueError(text("FeatureMoments: there are ", count_, " pictures, expected at least 2"));
        detail::PaddedMatrix c = products_;
        add_products(context, c);
        const double n = static_cast<double>(count_), divisor = less_one ? n - 1 : n;
        const auto sum = [&](Index k) { return sums_[static_cast<std::size_t>(k)]; };
        context.parallel_for(width_, [&](Index i) {
            for (Index j = i; j < width_; ++j) c(i, j) = (c(i, j) - sum(i) * (sum(j) / n)) / divisor;
        });
        for (Index i = 0; i < width_; ++i)
            for (Index j = 0; j < i; ++j) c(i, j) = c(j, i);
        return c;
    }

private:
    static constexpr Index block = 128;  ///< rows whose products are added at once

    /// products += the products of the rows that wait
    void add_products(Context<Cpu>& context, detail::PaddedMatrix& products) const {
        detail::add_product(context, detail::Reading::transposed, pending_, detail::Reading::as_stored, pending_,
                            products, detail::Part::upper);
    }

    Index width_, count_ = 0, waiting_ = 0;
    std::vector<double> origin_, sums_;
    detail::PaddedMatrix pending_, products_;
};

/// The moments of features that are all at hand. @param rows (pictures, width) @throws as FeatureMoments::add()
[[nodiscard]] inline FeatureMoments moments_of(Context<Cpu>& context, Rows<const float> rows) {
    FeatureMoments moments(rows.extent(1));
    moments.add(context, rows);
    return moments;
}

}  // namespace stylegan
