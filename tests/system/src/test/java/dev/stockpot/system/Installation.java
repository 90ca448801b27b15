package dev.stockpot.system;

import dev.stockpot.cli.Main;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A checkout that was built of the classes that are being tested, and not by its launcher. */
public record Installation(Path home) {

  /** The repository's top. */
  public static Path top() {
    Path directory = Path.of("").toAbsolutePath();
    while (Files.notExists(directory.resolve("mvnw"))) {
      directory = directory.resolve("..").normalize();
    }
    return directory;
  }

  static Installation in(Path home) throws IOException {
    Path target = Files.createDirectories(home.resolve("cli/target"));
    Files.createDirectory(target.resolve("lib"));
    List<String> libraries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path from = Path.of(entry);
      if (from.endsWith("test-classes") || Files.notExists(from)) {
        continue;
      }
      // Modules that are not packed are all called "classes".
      Path to = target.resolve("lib/" + libraries.size() + "-" + from.getFileName() + ".jar");
      if (Files.isDirectory(from)) {
        pack(from, to, new Manifest());
      } else {
        Files.copy(from, to);
      }
      libraries.add("lib/" + to.getFileName());
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Main.class.getName());
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", libraries));
    pack(Files.createDirectory(home.resolve("empty")), target.resolve("stockpot.jar"), manifest);
    for (String part : List.of("pom.xml", "stockpot", "config", "demo", ".mvn/find-jdk.sh")) {
      copy(top().resolve(part), home.resolve(part));
    }
    return new Installation(home);
  }

  private static void pack(Path directory, Path jar, Manifest manifest) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        packed.putNextEntry(new JarEntry(directory.relativize(file).toString()));
        Files.copy(file, packed);
      }
    }
  }

  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.resolveSibling("."));
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(each -> !each.toString().contains("/evaluator")).toList()) {
        Files.copy(
            file,
            to.resolve(from.relativize(file).toString()).normalize(),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** All files, with their sizes and times. */
  String listing() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      List<String> lines = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        lines.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
      return lines.stream().collect(Collectors.joining("\n"));
    }
  }
}
