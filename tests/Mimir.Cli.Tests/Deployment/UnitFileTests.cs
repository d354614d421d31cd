namespace Mimir.Cli.Tests.Deployment;

/// <summary>deploy/systemd: each role's unit has every measure.</summary>
public sealed class UnitFileTests
{
    private static readonly Dictionary<string, string> Demanded = new()
    {
        ["User"] = "mimir", ["Group"] = "mimir", ["UMask"] = "0077", ["ProtectSystem"] = "strict", ["ProtectHome"] = "yes", ["PrivateTmp"] = "yes", ["ReadWritePaths"] = "/var/lib/mimir",
        ["NoNewPrivileges"] = "yes", ["CapabilityBoundingSet"] = "", ["AmbientCapabilities"] = "", ["RestrictNamespaces"] = "yes", ["RestrictSUIDSGID"] = "yes", ["LockPersonality"] = "yes",
        ["ProtectKernelTunables"] = "yes", ["ProtectKernelModules"] = "yes", ["ProtectKernelLogs"] = "yes", ["ProtectControlGroups"] = "yes", ["ProtectClock"] = "yes", ["ProtectProc"] = "invisible",
        ["SystemCallArchitectures"] = "native", ["RestrictAddressFamilies"] = "AF_INET AF_INET6 AF_UNIX AF_NETLINK", ["DevicePolicy"] = "closed",
        ["LimitCORE"] = "0", ["LimitMEMLOCK"] = "infinity", ["MemorySwapMax"] = "0", ["Environment"] = "DOTNET_EnableDiagnostics=0",
    };

    public static TheoryData<string> Roles => ["coordinator", "triples", "node", "key-holder", "gateway"];

    [Fact]
    public void Every_unit_is_examined() =>
        Assert.Equal(Roles.Select(role => $"mimir-{role.Data}.service").Order(), Directory.GetFiles(Path.Combine(Checkout.Root, "deploy/systemd")).Select(Path.GetFileName).Order());

    [Theory]
    [MemberData(nameof(Roles))]
    public void Every_measure_is_there(string role)
    {
        var service = Service(role);
        foreach (var (key, value) in Demanded) Assert.Contains((key, value), service);
        var command = role == "key-holder" ? "key hold /var/lib/mimir/share.pem" : role;
        Assert.Equal($"/opt/mimir/mimir {command} --config /etc/mimir/{role}.yaml", Assert.Single(service, entry => entry.Key == "ExecStart").Value);
        var filters = service.Where(entry => entry.Key == "SystemCallFilter").Select(entry => entry.Value).ToArray();
        Assert.Equal("@system-service seccomp", filters[0]);
        foreach (var group in new[] { "@privileged", "@debug", "@mount", "@module", "@raw-io", "@reboot", "@swap" }) Assert.Contains(group, filters[1].Split(' ', '~'));
        Assert.StartsWith("~", filters[1], StringComparison.Ordinal);
        Assert.DoesNotContain(service, entry => entry.Value is "root" || entry.Key is "PermissionsStartOnly");
    }

    /// <summary>Coordinator, key holder and gateway need no device; the others only those that make evidence.</summary>
    [Fact]
    public void Devices_are_those_of_evidence()
    {
        foreach (var role in new[] { "coordinator", "key-holder", "gateway" }) Assert.Contains(("PrivateDevices", "yes"), Service(role));
        foreach (var role in new[] { "triples", "node" })
            Assert.Equal(["/dev/tpmrm0 rw", "/dev/sev-guest rw", "/dev/tdx_guest rw", "/dev/nsm rw"], Service(role).Where(entry => entry.Key == "DeviceAllow").Select(entry => entry.Value));
    }

    private static List<(string Key, string Value)> Service(string role)
    {
        var section = "";
        var entries = new List<(string, string)>();
        foreach (var line in Checkout.Read($"deploy/systemd/mimir-{role}.service").Split('\n').Select(l => l.Trim()))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '[') section = line;
            else if (section == "[Service]") entries.Add((line[..line.IndexOf('=')], line[(line.IndexOf('=') + 1)..]));
        }

        return entries;
    }
}
