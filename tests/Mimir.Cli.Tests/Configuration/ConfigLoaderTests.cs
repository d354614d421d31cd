using Mimir.Cli.Commands;
using Mimir.Cli.Configuration;
using Mimir.Transport.Limits;

namespace Mimir.Cli.Tests.Configuration;

public sealed class ConfigLoaderTests
{
    private static KeyValuePair<string, string>[] Environment(params string[] pairs) =>
        [.. pairs.Select(p => p.Split('=', 2)).Select(p => new KeyValuePair<string, string>(p[0], p[1]))];

    [Fact]
    public void Without_anything_the_documented_defaults_hold()
    {
        var config = ConfigLoader.Load(null, []);
        Assert.Equal(new MimirConfig(
            Active: true, Greedy: false, new FixedPointConfig(16, 2), new SchedulerConfig(null, 16, 16, 8, 256), new TriplePoolConfig(4, 0.01),
            new TlsConfig(true, null, null, 120), new AttestationConfig(null, "none", "/dev/tpmrm0", null, null, null, null, 180, null),
            new LimitsConfig(new ConnectionLimits(), 10), new ProcessConfig(0, "127.0.0.1:0", null, null), null, new SealingConfig("none", null),
            new GatewayConfig("127.0.0.1:8080", [], null, null, null, [], [], 128, 8, 1024, 5, 120, 10, LogitsToOwner: false)), config);
    }

    [Fact]
    public void What_ports_grant_is_set_by_the_limits()
    {
        var config = ConfigLoader.Load(null, Environment(
            "MIMIR__LIMITS__CONNECTIONS=9", "MIMIR__LIMITS__CONNECTIONS_PER_ADDRESS=8", "MIMIR__LIMITS__FAILED_HANDSHAKES_PER_MINUTE=7", "MIMIR__LIMITS__HANDSHAKE_SECONDS=6",
            "MIMIR__LIMITS__IDLE_SECONDS=5", "MIMIR__LIMITS__SLOW_SECONDS=4", "MIMIR__LIMITS__CALLS_PER_SECOND=3", "MIMIR__LIMITS__REGISTRATIONS_PER_MINUTE=11", "MIMIR__LIMITS__REGISTRATIONS_PER_ADDRESS=12", "MIMIR__TLS__IDENTITY=i", "MIMIR__TLS__AUTHORITY=a"));
        var settings = RoleCommands.Settings(config);
        Assert.Equal(6, settings.HandshakeSeconds);
        Assert.Equal(new ConnectionLimits
        {
            Connections = 9, ConnectionsPerAddress = 8, FailedHandshakesPerMinute = 7, CallsPerSecond = 3, Idle = TimeSpan.FromSeconds(5), Slow = TimeSpan.FromSeconds(4),
            RegistrationsPerMinute = 11, RegistrationsPerAddress = 12,
        }, settings.Limits);
    }

    [Fact]
    public void Flags_win_over_the_environment_and_that_over_the_file()
    {
        using var file = new TemporaryFile("cheby:\n  deg: 3\nfixed_point:\n  scale_bits: 13\ntopk: 0\n");
        var config = ConfigLoader.Load(
            file.Path, Environment("MIMIR__CHEBY__DEG=4", "MIMIR__TOPK=1", "PATH=/bin", "MIMIR_DEBUG=1"), [new Setting("cheby.deg", "5", "--degree")]);
        Assert.Equal(new FixedPointConfig(13, 5), config.FixedPoint);
        Assert.True(config.Greedy);
    }

    [Fact]
    public void A_variable_that_names_no_key_is_an_error_with_the_nearest()
    {
        var e = Assert.Throws<ConfigurationException>(() => ConfigLoader.Load(null, Environment("MIMIR__TLS__ENABELD=true")));
        Assert.Contains("environment variable MIMIR__TLS__ENABELD", e.Message, StringComparison.Ordinal);
        Assert.Contains("MIMIR__TLS__ENABLED", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fixed_point.scale_bits", "11", "a whole number from 12 to 20")]
    [InlineData("fixed_point.scale_bits", "21", "a whole number from 12 to 20")]
    [InlineData("fixed_point.scale_bits", "sixteen", "not 'sixteen'")]
    [InlineData("cheby.deg", "2.5", "a whole number from 1 to 5")]
    [InlineData("scheduler.max_context", "0", "from 1 to")]
    [InlineData("padding.bucket", "0", "from 1 to 65536")]
    [InlineData("topk", "65", "a whole number from 0 to 64")]
    [InlineData("privacy.epsilon_per_token", "0", "a number from 0.001 to 64")]
    [InlineData("triple_pool.min_size", "65", "from 1 to 64")]
    [InlineData("triple_pool.audit_rate", "0.6", "a number from 0 to 0.5")]
    [InlineData("triple_pool.audit_rate", "NaN", "a number from 0 to 0.5")]
    [InlineData("security", "Active", "active or passive")]
    [InlineData("tls.enabled", "yes", "true or false")]
    [InlineData("listen", "7100", "an address and a port")]
    [InlineData("listen", "127.0.0.1:70000", "an address and a port")]
    [InlineData("coordinator", "bad host:1", "an address and a port")]
    [InlineData("advertise", "a b", "a host name")]
    public void A_value_out_of_range_names_origin_key_and_range(string key, string value, string expected)
    {
        var e = Assert.Throws<ConfigurationException>(() => ConfigLoader.Build([new Setting(key, value, "f:7")]));
        Assert.StartsWith($"f:7: {key} must be ", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", false, 0)]
    [InlineData("1", true, 0)]
    [InlineData("2", false, 2)]
    [InlineData("64", false, 64)]
    public void Top_k_is_greedy_or_a_number_of_tokens(string value, bool greedy, int topK)
    {
        var config = ConfigLoader.Build([new Setting("topk", value, "f:1")]);
        Assert.Equal((greedy, topK), (config.Greedy, config.TopK));
    }

    [Theory]
    [InlineData("privacy.epsilon_owner", "5")]
    [InlineData("privacy.ledger", "file")]
    public void A_budget_needs_a_ledger_and_the_other_way_round(string key, string value) =>
        Assert.Contains("go together", Assert.Throws<ConfigurationException>(() => ConfigLoader.Build([new Setting(key, value, "f:1")])).Message, StringComparison.Ordinal);

    [Fact]
    public void Privacy_is_what_was_set()
    {
        var config = ConfigLoader.Load(null, Environment(
            "MIMIR__PRIVACY__EARLY_STOP=true", "MIMIR__PRIVACY__EPSILON_PER_TOKEN=0.5", "MIMIR__PRIVACY__EPSILON_SESSION=20", "MIMIR__PRIVACY__EPSILON_OWNER=100",
            "MIMIR__PRIVACY__LEDGER=l", "MIMIR__TLS__IDENTITY=i", "MIMIR__TLS__AUTHORITY=a"));
        Assert.Equal(new PrivacyConfig(true, 0.5, 20, 100, "l"), config.Privacy);
        Assert.Equal(new Services.Hosting.PrivacyLimits(0.5, 20), RoleCommands.Settings(config).Privacy);
    }

    [Fact]
    public void Tls_cannot_be_switched_off()
    {
        var e = Assert.Throws<ConfigurationException>(() => ConfigLoader.Build([new Setting("tls.enabled", "false", "f:1")]));
        Assert.StartsWith("f:1: tls.enabled: false is not supported", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_directory_are_one_line()
    {
        Assert.Contains("file not found", Assert.Throws<ConfigurationException>(() => ConfigLoader.Load("/nowhere/mimir.yaml", [])).Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", Assert.Throws<ConfigurationException>(() => ConfigLoader.Load(Path.GetTempPath(), [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("topk", "topl", 1)]
    public void Edit_distance(string x, string y, int distance) => Assert.Equal(distance, ConfigSchema.Distance(x, y));

    [Fact]
    public void The_documentation_lists_every_key_with_its_default_and_no_other()
    {
        var documentation = Checkout.Read("docs/configuration.md");
        var rows = documentation.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).ToArray();
        Assert.Equal(ConfigSchema.Keys.Select(k => $"`{k.Path}`"), rows.Select(r => r[1]));
        Assert.Equal(ConfigSchema.Keys.Select(k => k.Default is null ? "" : $"`{k.Default}`"), rows.Select(r => r[3]));
    }
}
