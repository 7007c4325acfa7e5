/*
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package io.github.lucenefastlane.tests.bench;

/**
 * What one contender finds and what that costs, apart from time: means over the queries.
 *
 * @param recall10 share of exact MaxSim's best 10 documents among the first 10
 * @param recall100 share of exact MaxSim's best 100 documents among the first 100
 * @param comparisons vector-vector similarities per query
 * @param meanMillis a first, cold estimate of the time per query
 */
record Quality(double recall10, double recall100, double comparisons, double meanMillis) {}
