using System.Text;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Configfs;
using Mimir.Trust.Attestation;

namespace Mimir.Services.Tests.Attesting;

/// <summary>configfs-tsm on a temporary directory that behaves as the kernel's does.</summary>
public sealed class TsmReportsTests : IDisposable
{
    private static readonly EvidenceBinding Binding = EvidenceBinding.Of([1, 2], [3], "p0"u8, [4]);
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("mimir-tsm-");

    [Theory]
    [InlineData("sev_guest", EvidenceKind.Snp)]
    [InlineData("tdx_guest", EvidenceKind.Tdx)]
    public async Task The_report_is_over_the_binding_and_the_request_is_dropped(string provider, EvidenceKind kind)
    {
        var evidence = await new TsmProducer(new Kernel(_root.FullName, provider)).ProduceAsync(Binding, TestContext.Current.CancellationToken);
        Assert.Equal(kind, evidence.Kind);
        Assert.Equal(Kernel.ReportOf(Binding.Sha512.Span), evidence.Body.ToArray());
        Assert.Equal(kind == EvidenceKind.Snp ? ["table"] : [], evidence.PartsOf(EvidencePartKind.CertificateTable).Select(p => Encoding.ASCII.GetString(p.Span)));
        Assert.Empty(_root.EnumerateFileSystemInfos());
    }

    /// <summary>Somebody writes other data between this process's write and its read: the report must not be taken.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(100, false)]
    public void A_report_over_somebody_elses_data_is_never_taken(int races, bool succeeds)
    {
        var kernel = new Kernel(_root.FullName, "sev_guest") { Races = races };
        if (succeeds) Assert.Equal(Kernel.ReportOf(Binding.Sha512.Span), kernel.Request(Binding.Sha512.Span).Report);
        else Assert.Contains("Another process", Assert.Throws<AttestingException>(() => kernel.Request(Binding.Sha512.Span)).Message);
        Assert.Empty(_root.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task An_unknown_provider_and_an_absent_interface_are_refused()
    {
        var unknown = await Assert.ThrowsAsync<AttestingException>(
            () => new TsmProducer(new Kernel(_root.FullName, "arm_cca_guest")).ProduceAsync(Binding, TestContext.Current.CancellationToken));
        Assert.Contains("neither sev_guest nor tdx_guest", unknown.Message);
        var absent = new TsmReports(Path.Combine(_root.FullName, "absent"));
        Assert.False(absent.IsPresent);
    }

    /// <summary>A file that the kernel refuses to write: the request is dropped all the same.</summary>
    [Fact]
    public void A_refusal_of_the_kernel_is_said()
    {
        var kernel = new Kernel(_root.FullName, "sev_guest") { Refuses = true };
        Assert.Contains("no report", Assert.Throws<AttestingException>(() => kernel.Request(Binding.Sha512.Span)).Message);
        Assert.Empty(_root.EnumerateFileSystemInfos());
    }

    public void Dispose() => _root.Delete(recursive: true);

    /// <summary>Real files; what the kernel does when a directory is made or an attribute written is done after it.</summary>
    private sealed class Kernel(string root, string provider) : TsmReports(root)
    {
        private readonly string _root = root;
        private int _generation;

        public int Races { get; set; }

        public bool Refuses { get; init; }

        public static byte[] ReportOf(ReadOnlySpan<byte> data) => [.. "report "u8, .. data];

        protected override void Create(string name)
        {
            base.Create(name);
            Put(name, "provider", Encoding.ASCII.GetBytes(provider + "\n"));
            Put(name, "generation", "0\n"u8);
            Put(name, "inblob", []);
            if (provider == "sev_guest") Put(name, "auxblob", "table"u8);
        }

        protected override void Write(string name, string attribute, ReadOnlySpan<byte> value)
        {
            if (Refuses) throw new IOException("Device or resource busy");
            base.Write(name, attribute, value);
            Settle(name, File.ReadAllBytes(Path.Combine(_root, name, "inblob")));
            if (Races-- > 0) Settle(name, new byte[64]);
        }

        protected override void Remove(string name) => Directory.Delete(Path.Combine(_root, name), recursive: true);

        private void Settle(string name, byte[] data)
        {
            Put(name, "generation", Encoding.ASCII.GetBytes($"{++_generation}\n"));
            Put(name, "outblob", ReportOf(data));
        }

        private void Put(string name, string attribute, ReadOnlySpan<byte> value) => File.WriteAllBytes(Path.Combine(_root, name, attribute), value.ToArray());
    }
}
