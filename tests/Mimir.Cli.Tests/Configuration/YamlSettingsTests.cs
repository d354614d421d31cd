using System.Text;
using CsCheck;
using Mimir.Cli.Configuration;

namespace Mimir.Cli.Tests.Configuration;

public sealed class YamlSettingsTests
{
    private const string Valid = """
        # everything
        security: active
        topk: 0
        fixed_point:
          scale_bits: 18
        cheby: { deg: 3 }
        scheduler:
          max_context: 256
        padding:
          bucket: "8"
        triple_pool:
          min_size: 2
          audit_rate: 0.25
        tls:
          enabled: true
          identity: /etc/mimir/party-0
          authority: /etc/mimir/ca.pem
        listen: 0.0.0.0:7100
        coordinator: coordinator.example:7000
        """;

    [Fact]
    public void A_complete_file_is_read()
    {
        var config = ConfigLoader.Build(YamlSettings.Parse(Valid, "mimir.yaml"));
        Assert.Equal(18, config.FixedPoint.ScaleBits);
        Assert.Equal(3, config.FixedPoint.ChebyshevDegree);
        Assert.Equal(256, config.Scheduler.MaxContext);
        Assert.Equal(8, config.Scheduler.PaddingBucket);
        Assert.Equal(new TriplePoolConfig(2, 0.25), config.TriplePool);
        Assert.False(config.Greedy);
        Assert.Equal("/etc/mimir/party-0", config.Tls.Identity);
        Assert.Equal("coordinator.example:7000", config.Process.Coordinator);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    public void An_empty_file_means_the_defaults(string yaml) => Assert.Empty(YamlSettings.Parse(yaml, "f"));

    [Theory]
    [InlineData("security: active\nfixed_point:\n  scale_bit: 16\n", "f:3: there is no key 'fixed_point.scale_bit'; the nearest is 'fixed_point.scale_bits'")]
    [InlineData("tripel_pool:\n  min_size: 4\n", "f:1: there is no key 'tripel_pool'; the nearest is")]
    [InlineData("topk: 1\ntopk: 0\n", "f:2: 'topk' is set a second time; the first is at f:1")]
    [InlineData("tls:\n  enabled: true\ntls:\n  enabled: true\n", "f:3: 'tls' is set a second time")]
    [InlineData("topk: &a 1\n", "anchors and aliases are not accepted")]
    [InlineData("topk: *a\n", "f:1:")]
    [InlineData("topk: !!int 1\n", "tags are not accepted")]
    [InlineData("topk: [1, 2]\n", "f:1: topk must be a whole number")]
    [InlineData("tls: yes\n", "f:1: tls must hold keys")]
    [InlineData("- topk\n", "f:1: must be a mapping")]
    [InlineData("topk: 1\n---\ntopk: 1\n", "second document")]
    [InlineData("tls: {\n", "not valid YAML")]
    [InlineData("topk: \"1\n", "not valid YAML")]
    public void What_is_wrong_is_named_with_file_and_line(string yaml, string expected)
    {
        var e = Assert.Throws<ConfigurationException>(() => ConfigLoader.Build(YamlSettings.Parse(yaml, "f")));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Aliases_that_would_grow_without_bound_are_refused_at_the_first_one()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b]\n";
        Assert.Throws<ConfigurationException>(() => YamlSettings.Parse(bomb, "f"));
        var deep = "tls: " + new string('{', 5000);
        Assert.Throws<ConfigurationException>(() => YamlSettings.Parse(deep, "f"));
        Assert.Throws<ConfigurationException>(() => YamlSettings.Parse(new string('#', 70_000), "f"));
    }

    [Fact]
    public void Whatever_the_bytes_the_answer_is_settings_or_one_clear_line()
    {
        var text = Encoding.UTF8.GetBytes(Valid);
        var edit = Gen.Select(Gen.Int[0, text.Length - 1], Gen.Int[0, 3], Gen.Int[0, 511]);
        var telling = ":{}[]&*!|>-?#'\"%@,\n \t\0"u8.ToArray();
        edit.Array[1, 6].Sample(edits =>
        {
            var bytes = text.ToList();
            foreach (var (at, kind, draw) in edits)
            {
                var value = draw < 256 ? (byte)draw : telling[draw % telling.Length];
                if (at >= bytes.Count) continue;
                if (kind == 0) bytes.RemoveAt(at);
                else if (kind == 1) bytes.Insert(at, value);
                else if (kind == 2) bytes[at] = value;
                else bytes.RemoveRange(at, bytes.Count - at);
            }
            try
            {
                ConfigLoader.Build(YamlSettings.Parse(Encoding.UTF8.GetString([.. bytes]), "f"));
            }
            catch (ConfigurationException e)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
                Assert.StartsWith("f", e.Message, StringComparison.Ordinal);
            }
        }, iter: 3000, seed: "0000000000001");
    }
}
