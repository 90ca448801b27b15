package dev.stockpot.system;

import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Prints what tests publish, which Maven leaves out of its log and its reports. */
public final class PublishedFigures implements TestExecutionListener {

  @Override
  public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
    Map<String, String> figures = new TreeMap<>(entry.getKeyValuePairs());
    System.out.println("figures of " + test.getDisplayName() + ": " + figures);
  }
}
