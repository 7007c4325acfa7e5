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

/**
 * The command line {@code fastlane}: {@link io.github.lucenefastlane.demo.FastLane} indexes text
 * and searches it by routed late interaction. It is a program, not a library: what is public beside
 * its main class is for the command that trains, in a module of its own.
 */
package io.github.lucenefastlane.demo;
