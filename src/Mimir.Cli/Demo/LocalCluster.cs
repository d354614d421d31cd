using Mimir.Cli.Supervision;
using Mimir.Services.Hosting;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Cli.Demo;

/// <summary>
/// All roles but the clients, each a process of its own on loopback: coordinator, Triple Service, N nodes and, for a moment, the model owner.
/// Keys and certificates come from an authority that lives as long as the cluster, in a directory that only its user may enter.
/// </summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private readonly CertificateAuthority _authority;
    private readonly List<ChildProcess> _children = [];
    private readonly string _directory;
    private readonly LocalClusterOptions _options;
    private readonly Action<string> _log;

    private LocalCluster(LocalClusterOptions options, Action<string> log)
    {
        (_options, _log) = (options, log);
        _authority = CertificateAuthority.Create(options.Validity + TimeSpan.FromDays(1));
        _directory = options.Directory ?? Directory.CreateTempSubdirectory("mimir-").FullName;
        Directory.CreateDirectory(_directory);
        Anchors = _authority.Anchors();
    }

    /// <summary>Where the coordinator listens.</summary>
    public HostAddress Coordinator { get; private set; } = new("127.0.0.1", 1);

    /// <summary>Trust in the cluster's authority.</summary>
    public TrustAnchors Anchors { get; }

    /// <summary>The authority's certificate.</summary>
    public string AuthorityFile => Path.Combine(_directory, "ca.pem");

    /// <summary>Starts everything and shares the model.</summary>
    /// <exception cref="Mimir.Transport.Sessions.SessionFailedException">A role could not do its part; says why.</exception>
    /// <exception cref="PeerLostException">A role's process ended.</exception>
    public static async Task<LocalCluster> StartAsync(
        LocalClusterOptions options, Action<string> log, CancellationToken cancellation, Action<LocalCluster>? created = null)
    {
        var cluster = new LocalCluster(options, log);
        created?.Invoke(cluster);
        try
        {
            await cluster.StartAsync(cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new identity of the cluster, in memory.</summary>
    public TlsSettings Issue(Role role, string name) => new() { Identity = _authority.Issue(role, name, _options.Validity), Anchors = Anchors };

    /// <summary>A new identity of the cluster, in a directory.</summary>
    public string IssueDirectory(Role role, string name)
    {
        using var identity = _authority.Issue(role, name, _options.Validity);
        var directory = Path.Combine(_directory, $"{role.ToName()}-{name}");
        identity.Save(directory);
        return directory;
    }

    /// <summary>A further data owner's process.</summary>
    public async Task<ChildProcess> StartClientAsync(string name, SupervisedSettings settings)
    {
        var child = ChildProcess.Start(_options.Executable, "client", name, LogOf("client", name));
        lock (_children) _children.Add(child);
        await child.ConfigureAsync(settings);
        await child.WriteAsync(Coordinator.ToString());
        return child;
    }

    /// <summary>A gateway beside the cluster, for data owners on this machine; where it listens.</summary>
    /// <exception cref="Mimir.Transport.Sessions.SessionFailedException">It could not start; says why.</exception>
    public async Task<string> StartGatewayAsync(string listen, CancellationToken cancellation)
    {
        const string Gateway = "gateway";
        var child = Start(Gateway, Gateway);
        await child.ConfigureAsync(new SupervisedSettings
        {
            Identity = IssueDirectory(Role.DataOwner, Gateway),
            Authority = AuthorityFile,
            Listen = listen,
            Model = _options.Model,
            Generation = _options.Generation with { ScaleBits = _options.ScaleBits },
        });
        await child.WriteAsync(Coordinator.ToString());
        var address = await child.ListeningAsync(cancellation);
        ForgetKeys();
        return $"http://{address}";
    }

    /// <summary>Fails as soon as one of the lasting processes ends; never completes otherwise.</summary>
    public async Task WatchAsync()
    {
        ChildProcess[] lasting;
        lock (_children) lasting = [.. _children.Where(c => c.Role is "coordinator" or "triples" or "node" or "gateway")];
        var first = await Task.WhenAny(lasting.Select(c => c.Exited));
        throw await lasting.First(c => c.Exited == first).FailureAsync();
    }

    /// <summary>The processes so far, ended ones included.</summary>
    public IReadOnlyList<ChildProcess> Processes
    {
        get
        {
            lock (_children) return [.. _children];
        }
    }

    /// <summary>Ends every process and deletes the keys.</summary>
    public async ValueTask DisposeAsync()
    {
        ChildProcess[] children;
        lock (_children) children = [.. _children];
        await Task.WhenAll(children.Select(c => c.DisposeAsync().AsTask()));
        Anchors.Dispose();
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        // Processes first, keys meanwhile: most of a start is the runtime's own.
        var coordinator = Start("coordinator", "coordinator");
        var workers = new List<(ChildProcess Child, Role Role)> { (Start("triples", "triples"), Role.TripleService) };
        for (var i = 0; i < _options.Parties; i++)
            if (i != _options.ExternalParty) workers.Add((Start("node", $"p{i}"), Role.Party));
        var owner = Start("model-owner", "model-owner");
        _authority.SaveCertificate(AuthorityFile);
        await ConfigureAsync(coordinator, Role.Coordinator);
        foreach (var (child, role) in workers) await ConfigureAsync(child, role);
        await ConfigureAsync(owner, Role.ModelOwner);
        Coordinator = HostAddress.Parse(await coordinator.ListeningAsync(cancellation));
        foreach (var (child, _) in workers) await child.WriteAsync(Coordinator.ToString());
        await owner.WriteAsync(Coordinator.ToString());
        if (_options.ExternalParty is { } external) _options.StartExternalParty(this, external);
        await ModelSharedAsync(owner, cancellation);
        ForgetKeys();
    }

    /// <summary>Everybody has read its keys; from here on they are in memory only.</summary>
    private void ForgetKeys()
    {
        foreach (var keys in Directory.EnumerateDirectories(_directory)) Directory.Delete(keys, recursive: true);
    }

    private async Task ModelSharedAsync(ChildProcess owner, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = WatchAsync();
        await Task.WhenAny(owner.Exited, watching).WaitAsync(cancellation);
        if (owner.Exited.IsCompleted)
        {
            if (await owner.Exited != ExitCode.Done) throw await owner.FailureAsync();
            return;
        }
        await watching;
    }

    private ChildProcess Start(string role, string name)
    {
        var child = ChildProcess.Start(_options.Executable, role, name, LogOf(role, name), _options.Hosts?[name]);
        lock (_children) _children.Add(child);
        return child;
    }

    private Action<string> LogOf(string role, string name) => _options.LogOf?.Invoke(name) ?? (line => _log($"{role} '{name}': {line}"));

    private Task ConfigureAsync(ChildProcess child, Role role) => child.ConfigureAsync(new SupervisedSettings
    {
        Identity = IssueDirectory(role, child.Name),
        Authority = AuthorityFile,
        Listen = $"{_options.Hosts?[child.Name].Address ?? "127.0.0.1"}:0",
        Model = role == Role.ModelOwner ? _options.Model : null,
        PublicWeights = _options.Weights.Public,
        Adapter = role == Role.ModelOwner ? _options.Weights.Adapter : null,
        Parties = _options.Parties,
        Active = _options.Active,
        ScaleBits = _options.ScaleBits,
        MaxLanes = _options.MaxLanes,
        Threads = _options.Threads ?? Math.Max(1, Environment.ProcessorCount / (_options.Parties + 1)),
    });
}
