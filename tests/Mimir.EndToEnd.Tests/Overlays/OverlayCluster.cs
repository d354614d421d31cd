using Mimir.Cli;
using Mimir.EndToEnd.Tests.Processes;
using Mimir.Overlay;
using Mimir.Overlay.Interfaces;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Tests.Namespaces;
using Mimir.Overlay.Uapi;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.EndToEnd.Tests.Overlays;

/// <summary>
/// Four machines (network namespaces on a switch), each with wireguard-go and `mimir wireguard up`; on them coordinator, Triple Service and two nodes, which know no address
/// but the overlay's. Only the exchange of descriptors is reached from outside.
/// </summary>
internal sealed class OverlayCluster : IAsyncDisposable
{
    private const string Exchange = "10.78.0.1:7001";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly TemporaryFolder _folder = new();
    private readonly List<NetworkNamespace> _hosts = [];
    private readonly List<MimirProcess> _processes = [];

    private OverlayCluster()
    {
    }

    /// <summary>Role and name of each machine.</summary>
    public static IReadOnlyList<(Role Role, string Name)> Machines { get; } = [(Role.Coordinator, "c"), (Role.TripleService, "t"), (Role.Party, "p0"), (Role.Party, "p1")];

    /// <summary>Machines with their overlay, and the roles on them; skips the test where that is not possible.</summary>
    public static async Task<OverlayCluster> StartAsync()
    {
        if (OverlayInterface.Obstacle() is { } obstacle) Assert.Skip(obstacle);
        var cluster = new OverlayCluster();
        try
        {
            cluster.MakeHosts();
            await cluster.PrepareAsync();
            await cluster.OpenAsync("c");
            cluster.StartRole("coordinator", Role.Coordinator, "c", ":7000");
            await Task.WhenAll(Machines.Skip(1).Select(m => cluster.OpenAsync(m.Name)));
            cluster.StartRole("triples", Role.TripleService, "t", ":0");
            foreach (var name in (string[])["p0", "p1"]) cluster.StartRole("node", Role.Party, name, ":0");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command of a client, which runs on the coordinator's machine.</summary>
    public MimirProcess Client(string name, params string[] arguments)
    {
        Configure(name, "");
        return Started(MimirProcess.StartIn(_hosts[0].Name, [.. arguments, "--config", _folder.At($"{name}.yaml")]));
    }

    /// <summary>Every machine gets a new key: made, announced through the coordinator, and used when all others know it. Returns when all have left the former keys.</summary>
    public async Task RotateAllAsync()
    {
        var former = Machines.ToDictionary(m => m.Name, m => CurrentKey(m.Name));
        foreach (var (_, name) in Machines) await RunAsync("wireguard", "rotate", Keys(name), "--identity", _folder.At(name), "--endpoint", Endpoint(name));
        await UntilAsync(Machines, keys => keys.Distinct().Count() == 2 * (Machines.Count - 1));
        foreach (var (_, name) in Machines) await RunAsync("wireguard", "activate", Keys(name));
        var next = Machines.ToDictionary(m => m.Name, m => CurrentKey(m.Name));
        Assert.All(Machines, m => Assert.NotEqual(former[m.Name], next[m.Name]));
        await UntilAsync(Machines, keys => keys.Count == Machines.Count - 1 && keys.All(next.ContainsValue));
    }

    /// <summary>Throws a party out, through the coordinator; returns when no other machine has it as a peer any more, and the others still have each other.</summary>
    public async Task RevokeAsync(string party)
    {
        var (key, others) = (CurrentKey(party), Machines.Where(m => m.Name != party).ToArray());
        var revoking = Client("alice", "revoke", party, "--reason", "its key was found on a disk", "--authority", _folder.At("authority"), "--list", _folder.At("revocations"));
        Assert.True(await revoking.ExitAsync() == 0, revoking.LastError);
        await UntilAsync(others, keys => !keys.Contains(key));
        await UntilAsync(others, keys => keys.Count == others.Length - 1);
    }

    /// <summary>Waits until a process has written <paramref name="text"/> to its standard error; fails when it ends before.</summary>
    public static async Task UntilSaidAsync(MimirProcess process, string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!process.Errors.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(process.HasExited, process.Errors);
            await Task.Delay(50, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes)) await process.DisposeAsync();
        foreach (var host in _hosts) host.Dispose();
        _folder.Dispose();
    }

    private void MakeHosts()
    {
        try
        {
            foreach (var (_, name) in Machines) _hosts.Add(new(name));
            _hosts.Add(NetworkNamespace.Switch(_hosts));
        }
        catch (IOException error)
        {
            Assert.Skip($"network namespaces with a switch cannot be made here: {error.Message}");
        }
    }

    private async Task PrepareAsync()
    {
        using var authority = CertificateAuthority.Create();
        authority.Save(_folder.At("authority"));
        foreach (var (role, name) in Machines.Concat([(Role.ModelOwner, "m"), (Role.DataOwner, "alice")]))
        {
            using var identity = authority.Issue(role, name, TimeSpan.FromHours(1));
            identity.Save(_folder.At(name));
        }
        foreach (var (_, name) in Machines)
        {
            await RunAsync("wireguard", "keys", Keys(name));
            await RunAsync("wireguard", "descriptor", Keys(name), "--identity", _folder.At(name), "--endpoint", Endpoint(name));
        }
    }

    /// <summary>`mimir wireguard up` on a machine; returns when it has its address.</summary>
    private async Task OpenAsync(string name)
    {
        var up = Started(MimirProcess.StartIn(
            HostOf(name).Name, "wireguard", "up", Keys(name), "--identity", _folder.At(name), "--ca", Root, "--peers", _folder.At($"{name}-peers"),
            "--coordinator", Exchange, "--interface", InterfaceOf(name)));
        await UntilSaidAsync(up, "UDP port");
    }

    private void StartRole(string command, Role role, string name, string port)
    {
        Configure(name, $"listen: \"[{OverlayAddress.Of(role, name)}]{port}\"\n{(role == Role.Coordinator ? $"overlay:\n  listen: {Exchange}\n" : "")}");
        Started(MimirProcess.StartIn(HostOf(name).Name, command, "--config", _folder.At($"{name}.yaml")));
    }

    private void Configure(string name, string more) => File.WriteAllText(
        _folder.At($"{name}.yaml"),
        $"tls:\n  identity: {_folder.At(name)}\n  authority: {Root}\n{(name == "c" ? "" : $"coordinator: \"[{OverlayAddress.Of(Role.Coordinator, "c")}]:7000\"\n")}{more}");

    private MimirProcess Started(MimirProcess process)
    {
        _processes.Add(process);
        return process;
    }

    private static async Task RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.True(await CommandLine.RunAsync(arguments, output, error) == 0, error.ToString());
    }

    /// <summary>Waits until the keys that each machine's interface has of the others are as <paramref name="wanted"/>.</summary>
    private static async Task UntilAsync(IEnumerable<(Role Role, string Name)> machines, Func<IReadOnlyList<WireGuardPublicKey>, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        foreach (var (_, name) in machines)
        {
            while (true)
            {
                using (var device = await UapiClient.ForInterface(InterfaceOf(name)).GetAsync(patience.Token))
                    if (wanted([.. device.Peers.Select(p => p.PublicKey)])) break;
                await Task.Delay(20, patience.Token);
            }
        }
    }

    private WireGuardPublicKey CurrentKey(string name)
    {
        using var pair = new KeyFolder(Keys(name)).Current();
        return pair.PublicKey;
    }

    private string Root => Path.Combine(_folder.At("authority"), CertificateAuthority.CertificateFile);

    private NetworkNamespace HostOf(string name) => _hosts[IndexOf(name)];

    private string Keys(string name) => _folder.At($"{name}-keys");

    private static string Endpoint(string name) => $"10.78.0.{IndexOf(name) + 1}:51820";

    private static string InterfaceOf(string name) => $"s{Environment.ProcessId % 1_000_000}-{name}";

    private static int IndexOf(string name) => Machines.Select(m => m.Name).ToList().IndexOf(name);
}
