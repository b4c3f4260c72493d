// SPDX-License-Identifier: Apache-2.0
#include <stylegan/stylegan.hpp>
