namespace Mimir.Cli.Benching.Networks;

/// <summary>
/// Hosts on this machine, each a network namespace with one device, joined by a <see cref="Wire"/> of this process. Nothing is left
/// of it when it is disposed; what a killed process left is removed by the next one.
/// </summary>
internal sealed class EmulatedNetwork : IDisposable
{
    private readonly List<TunnelDevice> _devices = [];
    private readonly Dictionary<string, EmulatedHost> _hosts = [];
    private Wire? _wire;

    private EmulatedNetwork() { }

    /// <summary>Every host by name.</summary>
    public IReadOnlyDictionary<string, EmulatedHost> Hosts => _hosts;

    /// <summary>Makes the hosts; packets travel without delay until <see cref="Slow"/>.</summary>
    /// <exception cref="UsageException">This system or this user cannot make them; says what is needed.</exception>
    public static EmulatedNetwork Create(NetworkProfile profile, IEnumerable<string> hosts)
    {
        if (NetworkNamespaces.Obstacle() is { } obstacle) throw new UsageException(obstacle);
        NetworkNamespaces.RemoveStale();
        var network = new EmulatedNetwork();
        try
        {
            foreach (var host in hosts) network.Add(host, profile);
            network._wire = new Wire([.. network._devices], profile);
            return network;
        }
        catch (Exception error)
        {
            network.Dispose();
            if (error is IOException) throw new UsageException($"--network: {error.Message}");
            throw;
        }
    }

    /// <summary>From now on packets take as long as the profile says.</summary>
    public void Slow() => _wire!.Slow();

    /// <inheritdoc/>
    public void Dispose()
    {
        _wire?.Dispose();
        foreach (var device in _devices) device.Dispose();
        foreach (var host in _hosts.Values) NetworkNamespaces.Remove(host.Namespace);
    }

    private void Add(string name, NetworkProfile profile)
    {
        var host = new EmulatedHost(NetworkNamespaces.NameOf(name), Wire.AddressOf(_devices.Count));
        NetworkNamespaces.Add(host.Namespace);
        _hosts[name] = host;
        var device = TunnelDevice.Create();
        _devices.Add(device);
        NetworkNamespaces.Attach(device.Name, host.Namespace, $"{host.Address}/24", profile.LargestPacket);
    }
}
