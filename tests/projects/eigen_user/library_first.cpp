// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include "program.hpp"
