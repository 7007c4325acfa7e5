/**
 * The command {@code ./fastlane train}: learns a projection of an encoder's token vectors and a
 * query router together, or a router alone for an index that exists, and writes them as ONNX. It is
 * a program, not a library: only its main class is public.
 */
package io.github.lucenefastlane.trainer;
