// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Dense>
#include <unsupported/Eigen/CXX11/Tensor>

#include "program.hpp"
