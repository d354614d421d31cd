using System.Diagnostics;
using System.Globalization;

namespace Mimir.Cli.Benching.Networks;

/// <summary>Network namespaces by the system's own <c>ip</c> program. Names carry the number of the process that made them.</summary>
internal static class NetworkNamespaces
{
    private const string Prefix = "mimir-";

    /// <summary>The name of <paramref name="host"/>'s namespace in this process's network.</summary>
    public static string NameOf(string host) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{host}");

    /// <summary>Why namespaces cannot be made here, or null.</summary>
    public static string? Obstacle()
    {
        if (!OperatingSystem.IsLinux()) return "--network needs Linux: it emulates hosts with network namespaces";
        if (!Environment.IsPrivilegedProcess) return "--network needs root: it makes network namespaces; run it with sudo";
        if (!File.Exists(TunnelDevice.Path)) return $"--network needs {TunnelDevice.Path}, which this system does not have";
        if (Program() is null) return "--network needs the program 'ip' (package iproute2)";
        return null;
    }

    /// <summary>Makes one.</summary>
    public static void Add(string name) => Run("netns", "add", name);

    /// <summary>Gives a device to a namespace, with an address there, and switches it on.</summary>
    public static void Attach(string device, string name, string address, int largestPacket)
    {
        Run("link", "set", device, "netns", name);
        Run("-n", name, "link", "set", "lo", "up");
        Run("-n", name, "addr", "add", address, "dev", device);
        Run("-n", name, "link", "set", device, "mtu", largestPacket.ToString(CultureInfo.InvariantCulture), "up");
    }

    /// <summary>Removes one, if it is still there.</summary>
    public static void Remove(string name)
    {
        try
        {
            Run("netns", "del", name);
        }
        catch (IOException)
        {
            // It is gone already.
        }
    }

    /// <summary>Removes what processes that were killed have left behind.</summary>
    public static void RemoveStale()
    {
        foreach (var line in Run("netns", "list").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = line.Split(' ')[0];
            var parts = name.Split('-');
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || parts.Length < 3) continue;
            if (int.TryParse(parts[1], CultureInfo.InvariantCulture, out var maker) && !Directory.Exists($"/proc/{maker}")) Remove(name);
        }
    }

    private static string? Program() => ((string[])["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"]).FirstOrDefault(File.Exists);

    /// <summary>The words before a program's own that run it in namespace <paramref name="name"/>.</summary>
    public static string[] Enter(string name) => [Program() ?? "ip", "netns", "exec", name];

    private static string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program() ?? "ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new IOException("'ip' could not be started");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new IOException($"'ip {string.Join(' ', arguments)}' failed: {errors.Result.ReplaceLineEndings(" ").Trim()}");
    }
}
