// SPDX-License-Identifier: Apache-2.0
// What the programs here include, parsed once by g++. They include it again themselves.
#include <stylegan/core/arrays.hpp>
#include <stylegan/layers/checks/check_derivatives.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>
#include <stylegan/training/loss.hpp>
