using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>The event log of a real machine leads to the runtime registers of its quote, and no other log does.</summary>
public sealed class EventLogTests
{
    private const string Quote = "tdx/tdx-v4-cos-eventlog.quote.bin", Log = "tdx/cos-ccel_data.dat";

    [Fact]
    public void The_log_leads_to_the_registers()
    {
        var report = TdxQuote.Parse(VectorFiles.Read(Quote)).Report;
        var registers = EventLog.Replay(VectorFiles.Read(Log));
        for (var i = 0; i < 4; i++) Assert.Equal(report.Rtmr(i).ToArray(), registers[i]);
        Assert.DoesNotContain(TdxRefusals.EventLog, Codes(VectorFiles.Read(Log)));
    }

    [Fact]
    public void An_altered_digest_or_a_missing_event_is_refused()
    {
        var log = VectorFiles.Read(Log);
        var report = TdxQuote.Parse(VectorFiles.Read(Quote)).Report;
        var first = log.AsSpan(32 + BitConverter.ToInt32(log, 28)); // after the specification event
        first[16] ^= 1; // within the digest
        Assert.Contains(TdxRefusals.EventLog, Codes(log));
        Assert.Contains(TdxRefusals.EventLog, Codes(log[..200]));
        Assert.Contains(TdxRefusals.EventLog, Codes([]));
        Assert.NotEqual(report.Rtmr(0).ToArray(), EventLog.Replay(log)[0]);
    }

    [Fact]
    public void A_log_of_another_machine_is_refused()
    {
        var vector = VectorFiles.Case("tdx-v4-uptodate");
        var evidence = TdxVectors.Evidence(vector).With(new EvidencePart(EvidencePartKind.EventLog, VectorFiles.Read(Log)));
        Assert.All(TdxVectors.Verify(evidence, VectorFiles.At(vector)).Reasons, r => Assert.Equal(TdxRefusals.EventLog, r.Code));
        Assert.False(TdxVectors.Verify(evidence, VectorFiles.At(vector)).IsValid);
    }

    private static string[] Codes(byte[] log)
    {
        var evidence = new Evidence(EvidenceKind.Tdx, VectorFiles.Read(Quote), [new EvidencePart(EvidencePartKind.EventLog, log)]);
        return [.. TdxVectors.Verify(evidence, new DateTimeOffset(2024, 8, 1, 0, 0, 0, TimeSpan.Zero)).Reasons.Select(r => r.Code)];
    }
}
