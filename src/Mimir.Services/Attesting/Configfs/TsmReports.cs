using System.Globalization;
using System.Text;

namespace Mimir.Services.Attesting.Configfs;

/// <summary>
/// Linux's one interface to SNP reports and TDX quotes (Documentation/ABI/testing/configfs-tsm-report): a directory made below <paramref name="root"/> is a request,
/// its files are the request's attributes, and every write of one raises <c>generation</c>.
/// </summary>
internal class TsmReports(string root)
{
    /// <summary>Where Linux has it.</summary>
    public const string DefaultRoot = "/sys/kernel/config/tsm/report";

    private const int LargestAttribute = 1 << 17;
    private const int Attempts = 4;

    /// <summary>Whether the kernel offers it.</summary>
    public bool IsPresent => Directory.Exists(root);

    /// <summary>One report over 64 bytes: the provider's name, the report, and what the host gave beside it (SNP: certificate table), or nothing.</summary>
    /// <exception cref="AttestingException">The kernel refuses, or somebody else used the same request again and again.</exception>
    public (string Provider, byte[] Report, byte[] Auxiliary) Request(ReadOnlySpan<byte> reportData)
    {
        var name = $"mimir-{Environment.ProcessId}-{Guid.NewGuid():n}";
        try
        {
            Create(name);
            try
            {
                for (var attempt = 0; attempt < Attempts; attempt++)
                    if (TryRequest(name, reportData) is { } answer) return answer;
                throw new AttestingException($"Another process changed this process's request below {root} each time; see who writes there.");
            }
            finally
            {
                Remove(name);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AttestingException($"The kernel gives no report through {root}: {error.Message.TrimEnd('.')}. The process needs root or write access there, and the guest driver loaded.", error);
        }
    }

    /// <summary>Makes a request.</summary>
    protected virtual void Create(string name) => Directory.CreateDirectory(Path.Combine(root, name));

    /// <summary>Writes an attribute, in one call.</summary>
    protected virtual void Write(string name, string attribute, ReadOnlySpan<byte> value)
    {
        using var file = File.OpenHandle(Path.Combine(root, name, attribute), FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, value, 0);
    }

    /// <summary>Reads an attribute whole.</summary>
    protected virtual byte[] Read(string name, string attribute)
    {
        using var file = new FileStream(Path.Combine(root, name, attribute), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var content = new MemoryStream();
        var buffer = new byte[4096];
        while (file.Read(buffer) is > 0 and var count)
        {
            content.Write(buffer, 0, count);
            if (content.Length > LargestAttribute) throw new IOException($"{attribute} is longer than {LargestAttribute} bytes");
        }
        return content.ToArray();
    }

    /// <summary>Drops a request. In configfs the attributes go with their directory.</summary>
    protected virtual void Remove(string name) => Directory.Delete(Path.Combine(root, name));

    /// <summary>A report, or null when somebody else wrote to the request meanwhile: then the report may be over other data.</summary>
    private (string Provider, byte[] Report, byte[] Auxiliary)? TryRequest(string name, ReadOnlySpan<byte> reportData)
    {
        var before = Generation(name);
        Write(name, "inblob", reportData);
        var report = Read(name, "outblob");
        var auxiliary = ReadIfThere(name, "auxblob");
        var provider = Encoding.ASCII.GetString(Read(name, "provider")).Trim();
        return Generation(name) - before == 1 ? (provider, report, auxiliary) : null;
    }

    private long Generation(string name) => long.TryParse(Encoding.ASCII.GetString(Read(name, "generation")), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new IOException("its generation is no number");

    private byte[] ReadIfThere(string name, string attribute) => File.Exists(Path.Combine(root, name, attribute)) ? Read(name, attribute) : [];
}
