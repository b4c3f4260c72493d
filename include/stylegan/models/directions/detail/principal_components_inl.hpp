// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/models/directions/detail/descending_eigenvectors_inl.hpp>
#include <stylegan/models/directions/detail/w_moments_inl.hpp>
#include <stylegan/models/directions/principal_components.hpp>

#include <algorithm>

namespace stylegan {

STYLEGAN_INLINE Eigen::MatrixXd PrincipalComponents::coordinates(const Eigen::Ref<const Eigen::MatrixXd>& w) const {
    require_equal("PrincipalComponents", "width of w", Index{w.cols()}, Index{mean.size()});
    const Eigen::RowVectorXd scale = deviations.unaryExpr([](double s) { return s > 0 ? 1 / s : 0; }).transpose();
    return ((w.rowwise() - mean.transpose()) * components.transpose()) * scale.asDiagonal();
}

STYLEGAN_INLINE PrincipalComponents principal_components(const WMoments& moments) {
    if (moments.count() < 2)
        throw ValueError(text("principal_components: has ", moments.count(), " samples of w, expected at least 2"));
    const Eigen::MatrixXd covariance = moments.covariance();
    const double variance = covariance.trace();
    if (!(variance > 0)) throw ValueError("principal_components: all samples of w are equal, expected different ones");
    const detail::Eigenvectors found = detail::descending_eigenvectors(covariance, "principal_components");
    const Index count = std::min<Index>(moments.width(), moments.count() - 1);
    const Eigen::VectorXd variances = found.values.head(count).cwiseMax(0.0);  // roundings make zeros negative
    return {moments.mean(), found.rows.topRows(count), variances.cwiseSqrt(), variances / variance};
}

STYLEGAN_INLINE PrincipalComponents principal_components(const Eigen::Ref<const Eigen::MatrixXd>& w) {
    WMoments moments(w.cols());
    moments.add(w);
    return principal_components(moments);
}

}  // namespace stylegan
