using System.Security.Cryptography;
using System.Text;
using Mimir.Trust.Audit;
using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.Revocations;

namespace Mimir.Trust.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private static readonly SessionId Session = new(1, 2);

    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _authority = CertificateAuthority.Create();
    private readonly Identity _writer;

    public AuditLogTests() => _writer = _authority.Issue(Role.Coordinator, "c", TimeSpan.FromHours(1));

    private string Log => _folder["audit.log"];

    public void Dispose()
    {
        _writer.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_was_written_verifies_by_authority_and_by_key_and_says_what_happened()
    {
        Write();
        var report = Verify();
        Assert.Equal((15L, "coordinator/c", true, 0, null), (report.Entries, report.Writer, report.Closed, report.Tears, report.Fault));
        File.WriteAllText(_folder["c.pem"], _writer.Certificate.ExportCertificatePem());
        using var byKey = AuditSigners.OfKeyFile(_folder["c.pem"]);
        Assert.True(AuditVerifier.Verify(Log, byKey).IsIntact);
        var entries = AuditLines.Entries(Log).ToArray();
        Assert.Equal(Enumerable.Range(0, 15).Select(i => (long)i), entries.Select(e => e.Sequence));
        Assert.Equal(AuditEvent.Kinds.Order(), entries.Select(e => e.Kind).Distinct().Order());
        Assert.Contains($"session={Session} what=tokens to=alice,bob", entries.Select(e => e.Summary));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Log));
    }

    [Fact]
    public void The_line_of_every_altered_byte_is_named()
    {
        Write();
        var whole = File.ReadAllBytes(Log);
        var line = 1;
        for (var at = 0; at < whole.Length; at++)
        {
            if (whole[at] == '\n')
            {
                line++;
                continue;
            }
            if (at % 11 != 0) continue;
            var altered = whole.ToArray();
            altered[at] ^= (byte)(1 << at % 7);
            if (altered[at] == '\n') continue;
            File.WriteAllBytes(Log, altered);
            var report = Verify();
            Assert.Equal((line, true), ((int)report.FirstBadLine!, report.Fault is AuditFault.Altered or AuditFault.WrongSignature));
        }
    }

    /// <summary>The last digit of a signature's base64 has four bits that no signature covers.</summary>
    [Fact]
    public void Another_spelling_of_the_same_signature_is_an_altered_line()
    {
        Write();
        var whole = File.ReadAllText(Log);
        var digit = whole.IndexOf("==\"}", StringComparison.Ordinal) - 1;
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (var more = 1; more < 16; more++)
        {
            File.WriteAllText(Log, whole[..digit] + Digits[Digits.IndexOf(whole[digit]) + more] + whole[(digit + 1)..]);
            Assert.Equal((1L, AuditFault.Altered), (Verify().FirstBadLine, Verify().Fault));
        }
    }

    [Fact]
    public void Removed_exchanged_and_repeated_lines_are_named()
    {
        Write();
        var lines = File.ReadAllLines(Log);
        Put([.. lines[..4], .. lines[5..]], AuditFault.BrokenChain, 5);
        Put([.. lines[..4], lines[5], lines[4], .. lines[6..]], AuditFault.BrokenChain, 5);
        Put([.. lines[..4], lines[3], .. lines[4..]], AuditFault.BrokenChain, 5);
        Put(lines[1..], AuditFault.BrokenChain, 1);
        Put([], AuditFault.NoSigner, 1);

        void Put(string[] changed, AuditFault fault, long line)
        {
            File.WriteAllText(Log, string.Concat(changed.Select(l => l + "\n")));
            var report = Verify();
            Assert.Equal((fault, line), (report.Fault, report.FirstBadLine));
        }
    }

    [Fact]
    public void A_cut_at_the_end_shows_by_the_missing_close_and_by_a_head_that_was_kept()
    {
        Write();
        var head = Verify().Head;
        File.WriteAllText(Log, string.Concat(File.ReadAllLines(Log)[..^2].Select(l => l + "\n")));
        var report = Verify();
        Assert.Equal((true, false), (report.IsIntact, report.Closed));
        Assert.Equal(AuditFault.HeadMissing, Verify(head).Fault);
    }

    [Fact]
    public void A_chain_made_anew_by_another_key_is_refused()
    {
        Write();
        using var other = CertificateAuthority.Create();
        using var stranger = other.Issue(Role.Coordinator, "c", TimeSpan.FromHours(1));
        File.Delete(Log);
        Write(stranger);
        Assert.Equal((AuditFault.UntrustedSigner, 1L), (Verify().Fault, Verify().FirstBadLine));
        using var colleague = _authority.Issue(Role.Party, "p0", TimeSpan.FromHours(1));
        File.Delete(Log);
        Write();
        Write(colleague);
        Assert.Equal((AuditFault.UntrustedSigner, 16L), (Verify().Fault, Verify().FirstBadLine));
    }

    [Fact]
    public void A_line_of_another_log_of_the_same_writer_is_refused()
    {
        Write();
        var lines = File.ReadAllLines(Log);
        File.Delete(Log);
        Write();
        var others = File.ReadAllLines(Log);
        File.WriteAllText(Log, string.Concat(lines[..6].Append(others[6]).Concat(lines[7..]).Select(l => l + "\n")));
        Assert.Equal((AuditFault.BrokenChain, 7L), (Verify().Fault, Verify().FirstBadLine));
    }

    [Fact]
    public void An_entry_signed_by_another_key_is_refused()
    {
        Write();
        var lines = File.ReadAllLines(Log);
        var last = AuditLine.Read(Encoding.UTF8.GetBytes(lines[^1]))!;
        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (line, _) = AuditLine.Write(last.Entry.Sequence, last.Entry.Time, new LogClosed(), last.Previous, forger);
        File.WriteAllText(Log, string.Concat(lines[..^1].Append(Encoding.UTF8.GetString(line)).Select(l => l + "\n")));
        Assert.Equal((AuditFault.WrongSignature, 15L), (Verify().Fault, Verify().FirstBadLine));
    }

    [Fact]
    public void A_torn_last_line_is_kept_marked_and_written_on_from_wherever_it_was_torn()
    {
        Write();
        var whole = File.ReadAllBytes(Log);
        var start = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        foreach (var cut in new[] { start, start + 1, start + 40, whole.Length - 2 })
        {
            File.WriteAllBytes(Log, whole[..cut]);
            Assert.Equal(cut == start ? null : AuditFault.Torn, Verify().Fault);
            using (var log = AuditLog.Open(Log, _writer)) log.Append(new SessionEnded(Session));
            var report = Verify();
            Assert.Equal((null, cut == start ? 0 : 1, 17L), (report.Fault, report.Tears, report.Entries));
            Assert.True(File.ReadAllBytes(Log).AsSpan().StartsWith(whole.AsSpan(0, cut)));
            var marked = File.ReadAllBytes(Log);
            if (cut == start) continue;
            marked[start] ^= 1;
            File.WriteAllBytes(Log, marked);
            Assert.Equal((AuditFault.Altered, 15L), (Verify().Fault, Verify().FirstBadLine));
            marked[start] ^= 1;
            File.WriteAllBytes(Log, [.. marked[..start], .. marked[(marked.AsSpan(start).IndexOf((byte)'\n') + start + 1)..]]);
            Assert.Equal(AuditFault.BrokenChain, Verify().Fault);
        }
    }

    [Fact]
    public void Torn_twice_and_torn_in_the_first_line_are_tears_like_any_other()
    {
        Write();
        var whole = File.ReadAllBytes(Log);
        File.WriteAllBytes(Log, whole[..^5]);
        AuditLog.Open(Log, _writer).Dispose();
        var second = File.ReadAllBytes(Log);
        var torn = second.AsSpan(0, second.AsSpan(0, second.Length - 1).LastIndexOf((byte)'\n') - 30).ToArray();
        File.WriteAllBytes(Log, torn);
        AuditLog.Open(Log, _writer).Dispose();
        Assert.Equal((null, 1), (Verify().Fault, Verify().Tears));
        File.WriteAllBytes(Log, whole[..100]);
        AuditLog.Open(Log, _writer).Dispose();
        Assert.Equal((null, 1, 2L), (Verify().Fault, Verify().Tears, Verify().Entries));
    }

    [Fact]
    public void A_last_line_that_lacks_only_its_line_break_counts()
    {
        Write();
        File.WriteAllBytes(Log, File.ReadAllBytes(Log)[..^1]);
        Assert.Equal(AuditFault.Torn, Verify().Fault);
        AuditLog.Open(Log, _writer).Dispose();
        Assert.Equal((null, 0, 17L), (Verify().Fault, Verify().Tears, Verify().Entries));
    }

    [Fact]
    public void A_file_of_something_else_is_not_written_to()
    {
        File.WriteAllText(Log, "notes\n");
        Assert.Throws<AuditLogException>(() => AuditLog.Open(Log, _writer));
        Assert.Equal("notes\n", File.ReadAllText(Log));
    }

    [Fact]
    public void One_process_at_a_time_writes_and_none_after_the_close()
    {
        var log = AuditLog.Open(Log, _writer);
        Assert.Throws<AuditLogException>(() => AuditLog.Open(Log, _writer));
        log.Dispose();
        Assert.Throws<AuditLogException>(() => log.Append(new SessionEnded(Session)));
        AuditLog.Open(Log, _writer).Dispose();
        Assert.Equal((4L, null), (Verify().Entries, Verify().Fault));
    }

    [Fact]
    public async Task Entries_of_many_threads_form_one_chain()
    {
        using (var log = AuditLog.Open(Log, _writer))
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < 25; i++) log.Append(new SessionEnded(Session));
            })));
        Assert.Equal((102L, null), (Verify().Entries, Verify().Fault));
    }

    [Fact]
    public void Free_text_cannot_be_written()
    {
        using var log = AuditLog.Open(Log, _writer);
        Assert.Throws<ArgumentException>(() => log.Append(new Refused(Role.Party, "p0\u001b[2J", AdmissionRefusal.Evidence)));
        Assert.Throws<ArgumentException>(() => log.Append(new ModelShared(Session, "owner", ["two words"], new byte[32])));
        log.Append(new SessionEnded(Session));
        Assert.True(Verify().IsIntact);
    }

    private void Write(Identity? writer = null)
    {
        using var log = AuditLog.Open(Log, writer ?? _writer);
        log.Append(new Admitted(Role.Party, "p0", new byte[32]) { EvidenceSha256 = new byte[32], Measurement = new byte[48] });
        log.Append(new Admitted(Role.Party, "p1", new byte[32]));
        log.Append(new Refused(Role.Party, "p2", AdmissionRefusal.Evidence));
        log.Append(new KeyReleased("weights", new byte[32]));
        log.Append(new KeyRefused("weights", KeyRefusal.EvidenceRefused));
        log.Append(new ModelShared(new SessionId(3, 4), "owner", ["p0", "p1"], new byte[32]));
        log.Append(new SessionCreated(Session, new SessionId(3, 4), "alice", Active: true));
        log.Append(new Disclosed(Session, DisclosedFact.Tokens, null, ["alice", "bob"]));
        log.Append(new Disclosed(Session, DisclosedFact.RoundedSegmentLength, "alice", []));
        log.Append(new SessionEnded(Session));
        log.Append(new SessionAborted(Session, AbortCause.PeerLost, null));
        log.Append(new SessionAborted(Session, AbortCause.PeerMisbehaved, "party/p1"));
        log.Append(new Revoked(3, RevocationKind.Name, "party/p1"));
    }

    private AuditReport Verify(string? head = null)
    {
        using var signers = AuditSigners.Of(_authority.Anchors());
        return AuditVerifier.Verify(Log, signers, head);
    }
}
