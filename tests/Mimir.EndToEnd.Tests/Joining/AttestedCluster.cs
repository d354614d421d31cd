using System.Text.RegularExpressions;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Tpm;
using Mimir.Services.Tests.Attesting;
using Mimir.Trust;

namespace Mimir.EndToEnd.Tests.Joining;

/// <summary>
/// A group as operators build it, in a laboratory: an authority, one identity per process, one TPM per machine, and a policy that names the keys of these TPMs. Each role is a
/// process of its own.
/// </summary>
internal sealed class AttestedCluster : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, SoftwareTpm> _tpms = [];
    private readonly Dictionary<string, SoftwareTpm> _lent = [];
    private readonly List<MimirProcess> _processes = [];
    private readonly Dictionary<string, MimirProcess> _byName = [];

    public string Authority => _folder.At("authority");

    /// <summary>Whom processes that start from now on trust; a new cluster's authority alone.</summary>
    public string Roots { get; set; } = "";

    public string Policy => _folder.At("policy.yaml");

    public string RevocationList => _folder.At("revocations");

    /// <summary>Where the coordinator listens.</summary>
    public string Address { get; private set; } = "";

    public string At(string name) => _folder.At(name);

    public SoftwareTpm Tpm(string name) => _tpms[name];

    /// <summary>Identities, TPMs and the policy; nothing runs yet.</summary>
    public static async Task<AttestedCluster> PrepareAsync(params string[] parties)
    {
        var cluster = new AttestedCluster();
        try
        {
            await cluster.RunAsync("identity", "authority", cluster.Authority);
            cluster.Roots = Path.Combine(cluster.Authority, "ca.pem");
            cluster.Appoint(cluster.Authority);
            (string Role, string Name)[] members = [("coordinator", "c"), ("triple-service", "t"), .. parties.Select(p => ("party", p)), ("model-owner", "m"), ("data-owner", "alice")];
            foreach (var (role, name) in members) await cluster.IssueAsync(role, name);
            var keys = new List<string>();
            foreach (var name in parties.Append("t"))
            {
                cluster._tpms[name] = await SoftwareTpm.StartAsync();
                keys.Add((await TpmAttestationKey.ReadAsync(cluster._tpms[name].Address, null, TestContext.Current.CancellationToken)).Sha256);
            }
            await File.WriteAllTextAsync(cluster.Policy, $"""
                version: 1
                profile: lab
                roles:
                  party: [tpm]
                  triple-service: [tpm]
                tpm:
                  measurements:
                    party:
                      - pcr0: "{new string('0', 64)}"
                        pcr7: "{new string('0', 64)}"
                    triple-service: any
                  attestation_keys: [{string.Join(", ", keys.Select(k => $"\"{k}\""))}]
                quorum:
                  distinct_chips: true
                """);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Coordinator, Triple Service and the given nodes.</summary>
    public async Task StartAsync(params string[] parties)
    {
        var coordinator = Start("coordinator", "c", $"  authority: {At("office")}");
        await coordinator.FirstError;
        Address = Regex.Match(coordinator.Errors, @"listening on (\S+)").Groups[1].Value;
        StartWorker("triples", "t");
        foreach (var party in parties) StartWorker("node", party);
    }

    /// <summary>The directory from which the coordinator has its authority leads to this one from now on.</summary>
    public void Appoint(string authority)
    {
        if (Directory.Exists(At("office"))) Directory.Delete(At("office"));
        Directory.CreateSymbolicLink(At("office"), authority);
    }

    /// <summary>A process by its name.</summary>
    public MimirProcess Process(string name) => _byName[name];

    /// <summary>A worker is to run on another one's machine.</summary>
    public void Lend(string worker, string owner) => _lent[worker] = _tpms[owner];

    /// <summary>A worker with its TPM.</summary>
    public MimirProcess StartWorker(string role, string name) => Start(role, name, $"  producer: tpm\n  tpm: {(_lent.GetValueOrDefault(name) ?? _tpms[name]).Address}");

    /// <summary>A process of the cluster.</summary>
    public MimirProcess Start(string command, string name, string attestation = "")
    {
        var process = MimirProcess.Start(command, "--config", Configure(name, attestation));
        _processes.Add(process);
        _byName[name] = process;
        return process;
    }

    public async Task IssueAsync(string role, string name) => await RunAsync("identity", "issue", role, name, At(name), "--authority", Authority);

    /// <summary>A role's configuration; returns its path.</summary>
    public string Configure(string name, string attestation = "")
    {
        var path = At($"{name}.yaml");
        File.WriteAllText(path, $"""
            tls:
              identity: {At(name)}
              authority: {Roots}
            {(Address.Length > 0 ? $"coordinator: {Address}" : "")}
            attestation:
              policy: {Policy}
            {attestation}
            """);
        return path;
    }

    /// <summary>A command that must succeed.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await MimirProcess.RunAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {error}");
        return output;
    }

    public Task ShareAsync(int parties) => RunAsync("model", "share", "--config", Configure("m"), "--model", SharedModel.Directory, "--parties", $"{parties}");

    public MimirProcess Generate(string prompt, int parties, int tokens)
    {
        var process = MimirProcess.Start(
            "generate", "--config", Configure("alice"), "--model", SharedModel.Directory, "--prompt", prompt, "--greedy", "--parties", $"{parties}", "--max-tokens", $"{tokens}");
        _processes.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        foreach (var tpm in _tpms.Values) await tpm.DisposeAsync();
        _folder.Dispose();
    }
}
