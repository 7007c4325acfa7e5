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
package io.github.lucenefastlane.demo;

/**
 * How questions are searched.
 *
 * @param router gives the views
 * @param views number of views asked of the router
 * @param candidates documents that the lanes hand to the rerank
 * @param k results wanted
 * @param rerank whether the candidates are scored by exact MaxSim
 */
record SearchSettings(RouterChoice router, int views, int candidates, int k, boolean rerank) {}
