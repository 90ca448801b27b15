package dev.stockpot.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.client.api.ApiJson;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LiveTextTest {

  private static Map<String, JsonNode> rows(String json) {
    return new LiveRows("/v1/views/overview").apply(ApiJson.tree(json.replace('\'', '"')));
  }

  @Test
  void rowsThatAreGoneAreForgotten() {
    LiveRows live = new LiveRows("/v1/views/overview");
    live.apply(
        ApiJson.tree("{\"epoch\":\"a\",\"version\":1,\"reset\":true,\"rows\":{\"x\":1,\"y\":2}}"));
    assertThat(
            live.apply(
                ApiJson.tree(
                    "{\"epoch\":\"a\",\"version\":2,\"reset\":false,\"rows\":{\"x\":null,\"z\":3}}")))
        .containsOnlyKeys("y", "z");
    assertThat(
            live.apply(
                ApiJson.tree("{\"epoch\":\"b\",\"version\":1,\"reset\":true,\"rows\":{\"z\":3}}")))
        .containsOnlyKeys("z");
  }

  @Test
  void theRatesAreALineAndWhatTheyWereAnother() {
    List<String> lines =
        LiveText.overview(
            rows(
                """
                {'epoch':'a','version':1,'reset':true,'rows':{
                 'rates':{'read':3000000,'written':1000000,'tasks':2.5},
                 'workers':{'total':4,'working':3},
                 'sample/1':{'t':1,'written':0},'sample/2':{'t':2,'written':500},
                 'sample/10':{'t':10,'written':1000}}}
                """),
            80);
    assertThat(lines)
        .containsExactly(
            "read 3.00 MB/s, written 1.00 MB/s, 2.5 tasks/s; 3 of 4 workers work", "written  ▁▅█");
  }

  @Test
  void eachDeviceIsALineOfTheTimeline() {
    List<String> lines =
        LiveText.timeline(
            rows(
                """
                {'epoch':'a','version':1,'reset':true,'rows':{
                 'span':{'from':0,'to':null,'step':250},
                 'lane/b/gpu-0':{}, 'lane/a/cpu':{},
                 'cell/0/a/cpu':[1,2,3,100000000,50000000,0,250],
                 'cell/1/a/cpu':[1,2,3,100000000,500000000,0,250],
                 'cell/2/a/cpu':[1,2,3,0,0,600000000,250],
                 'cell/3/a/cpu':[0,0,0,0,0,0,250],
                 'cell/5/b/gpu-0':[1,2,3,0,50000000,0,250]}}
                """),
            40,
            5);
    assertThat(lines.getFirst()).isEqualTo("a/cpu                 ▒█▓·  ");
    assertThat(lines.get(1)).isEqualTo("b/gpu-0                    █");
    assertThat(lines.getLast()).contains("merging").endsWith("a character is 0.25 s");
  }

  @Test
  void whatDoesNotFitIsCounted() {
    Map<String, JsonNode> rows =
        rows(
            """
            {'epoch':'a','version':1,'reset':true,'rows':{
             'span':{'from':0,'to':null,'step':250},
             'lane/a/cpu':{},'lane/b/cpu':{},'lane/c/cpu':{},
             'cell/239/a/cpu':[1,2,3,0,500000000,0,250]}}
            """);
    assertThat(LiveText.timeline(rows, 80, 2))
        .hasSize(4)
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80))
        .contains("and 1 more");
    assertThat(LiveText.timeline(Map.of(), 80, 2)).isEmpty();
  }
}
