using Mimir.Transport.Limits;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Configuration;

/// <summary>Puts a configuration together: defaults, then the file, then the environment, then flags; the later wins.</summary>
public static class ConfigLoader
{
    /// <summary>
    /// <paramref name="file"/>: a YAML file, plain or sealed (<see cref="SealedConfiguration"/>), or null for none. <paramref name="flags"/>: what the command line sets, with the flag as
    /// origin.
    /// </summary>
    /// <exception cref="ConfigurationException">Anything wrong; one line that says where and what is allowed.</exception>
    public static MimirConfig Load(string? file, IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<Setting>? flags = null)
    {
        var variables = EnvironmentSettings.Read(environment);
        return Build([.. file is null ? [] : SealedFileReader.IsSealed(file) ? SealedConfiguration.Read(file, Build(variables)) : YamlSettings.Read(file), .. variables, .. flags ?? []]);
    }

    /// <summary>The configuration that <paramref name="settings"/> make on top of the defaults; every one of them is checked.</summary>
    /// <exception cref="ConfigurationException">As <see cref="Load"/>.</exception>
    public static MimirConfig Build(IReadOnlyList<Setting> settings)
    {
        var values = new Dictionary<string, (object Value, string Origin)>(StringComparer.Ordinal);
        foreach (var key in ConfigSchema.Keys)
            if (key.Default is { } text) values[key.Path] = (key.Parse(text)!, "default");
        foreach (var setting in settings) values[setting.Path] = (setting.Value(), setting.Origin);

        T? Optional<T>(string path) => values.TryGetValue(path, out var found) ? (T)found.Value : default;
        T Required<T>(string path) => (T)values[path].Value;
        int Integer(string path) => (int)Required<long>(path);

        var top = Optional<long>("topk");
        if (!Required<bool>("tls.enabled"))
            throw new ConfigurationException($"{values["tls.enabled"].Origin}: tls.enabled: false is not supported; every link between processes uses mutual TLS");

        return new MimirConfig(
            Active: Required<string>("security") == "active",
            Greedy: top == 1,
            new FixedPointConfig(Integer("fixed_point.scale_bits"), Integer("cheby.deg")),
            new SchedulerConfig(values.ContainsKey("scheduler.max_context") ? Integer("scheduler.max_context") : null, Integer("padding.bucket"),
                Integer("scheduler.prefill_chunk"), Integer("scheduler.max_lanes"), Integer("scheduler.prefix_cache")),
            new TriplePoolConfig(Integer("triple_pool.min_size"), Required<double>("triple_pool.audit_rate")),
            new TlsConfig(Required<bool>("tls.enabled"), Optional<string>("tls.identity"), Optional<string>("tls.authority"), Integer("stall_seconds")),
            new AttestationConfig(Optional<string>("attestation.policy"), Required<string>("attestation.producer"), Required<string>("attestation.tpm"),
                values.ContainsKey("attestation.tpm_key") ? (uint)Required<long>("attestation.tpm_key") : null, Optional<string>("attestation.endorsements"), Optional<string>("attestation.lab_key"), Optional<string>("attestation.authority"),
                Integer("attestation.certificate_minutes"), Optional<string>("attestation.revocations")),
            new LimitsConfig(
                new ConnectionLimits
                {
                    Connections = Integer("limits.connections"),
                    ConnectionsPerAddress = Integer("limits.connections_per_address"),
                    FailedHandshakesPerMinute = Integer("limits.failed_handshakes_per_minute"),
                    CallsPerSecond = Integer("limits.calls_per_second"),
                    RegistrationsPerMinute = Integer("limits.registrations_per_minute"),
                    RegistrationsPerAddress = Integer("limits.registrations_per_address"),
                    Idle = TimeSpan.FromSeconds(Integer("limits.idle_seconds")),
                    Slow = TimeSpan.FromSeconds(Integer("limits.slow_seconds")),
                },
                Integer("limits.handshake_seconds")),
            new ProcessConfig(Integer("compute.threads"), Required<string>("listen"), Optional<string>("advertise"), Optional<string>("coordinator"), Optional<string>("audit.file"), Optional<string>("overlay.listen")),
            KeysConfig.Read(values),
            Sealing(Required<string>("sealing.counter"), Optional<string>("sealing.marks"), values),
            new GatewayConfig(
                Required<string>("gateway.listen"), GatewayConfig.Items(Optional<string>("gateway.models")), Optional<string>("gateway.keys"), Optional<string>("gateway.tls_certificate"),
                Optional<string>("gateway.tls_key"), GatewayConfig.Items(Optional<string>("gateway.hosts")), GatewayConfig.Items(Optional<string>("gateway.cors_origins")),
                Integer("gateway.default_max_tokens"), Integer("gateway.max_requests"), Integer("gateway.max_body_kib"), Integer("gateway.keep_alive_seconds"),
                Integer("gateway.idle_seconds"), Integer("gateway.slow_seconds"), Required<bool>("gateway.logits_to_owner")))
        {
            TopK = top > 1 ? (int)top : 0,
            Privacy = Privacy(new PrivacyConfig(
                Required<bool>("privacy.early_stop"), Optional<double>("privacy.epsilon_per_token"), Optional<double>("privacy.epsilon_session"),
                Optional<double>("privacy.epsilon_owner"), Optional<string>("privacy.ledger")), values),
        };
    }

    private static PrivacyConfig Privacy(PrivacyConfig privacy, Dictionary<string, (object Value, string Origin)> values) =>
        privacy.EpsilonOwner > 0 == privacy.Ledger is not null
            ? privacy
            : throw new ConfigurationException($"{values[privacy.Ledger is null ? "privacy.epsilon_owner" : "privacy.ledger"].Origin}: privacy.epsilon_owner and privacy.ledger go together; set both or none");

    private static SealingConfig Sealing(string counter, string? marks, Dictionary<string, (object Value, string Origin)> values) =>
        counter == "file" == marks is not null
            ? new SealingConfig(counter, marks)
            : throw new ConfigurationException($"{values[marks is null ? "sealing.counter" : "sealing.marks"].Origin}: sealing.marks and sealing.counter: file go together; set both or none");
}
