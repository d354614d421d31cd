using System.Security.Cryptography;
using System.Text;
using Mimir.Cli;
using Mimir.Cli.Benching;
using Mimir.Cli.Benching.Growth;
using Mimir.Cli.Configuration;
using Mimir.Cli.Generation;
using Mimir.Cli.Planning.Machines;
using Mimir.Client.Drafting;
using Mimir.Overlay;
using Mimir.Overlay.Keys;
using Mimir.Services.Hosting;
using Mimir.Services.Joining;
using Mimir.Trust;
using Mimir.Trust.Audit;
using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;
using Mimir.Trust.SealedFiles;
using Mimir.Trust.Sealing;
using Mimir.Vaults.Pkcs11;

namespace Mimir.Fuzzing;

/// <summary>Parsers of what lies on disk, where whoever can write to the disk may have changed it.</summary>
internal static class StorageTargets
{
    private static readonly DataKey Key = new("models", SHA256.HashData("fuzzing data key"u8));

    /// <summary>All targets; their seeds are made here.</summary>
    public static IReadOnlyList<FuzzTarget> All()
    {
        var (log, head) = AuditSeed.Log();
        return
        [
            new("sealed-file", [Sealed(0), Sealed(5000)], Unseal),
            new("audit", [log], b => AuditSeed.Read(b, head)),
            new("key-files", [.. Pems(), .. Texts], KeyFiles),
            new("identity", [IdentityFiles(), AuthorityFiles()], Identities),
            new("json-files", Jsons(), JsonFiles),
            new("configuration", [.. ConfigurationSeed.Files], b => Attempt.Read(() => $"{ConfigLoader.Build(YamlSettings.Parse(Encoding.UTF8.GetString(b), "c"))}"[..8], e => e is ConfigurationException)),
            new("drafter", [Drafter()], b => Attempt.Read(() => NgramTable.Read(new MemoryStream(b)) is var t ? $"{t.Orders} {t.TryFind(t.Orders, 0, out _, out _)}" : "", e => e is InvalidDataException)),
        ];
    }

    private static byte[] Sealed(int length) => Scratch.Written(path => SealedFile.Seal(new MemoryStream(new byte[length]), path, Key, new SealTerms("weights") { ChunkBits = 12, Counter = 3 }));

    private static Outcome Unseal(byte[] bytes) => Attempt.Verify(
        () =>
        {
            var path = Scratch.Write("sealed", bytes);
            if (!SealedFileReader.IsSealed(path)) return false;
            _ = SealedFileReader.PeekKeyName(path);
            using var reader = SealedFileReader.Open(path, Key, new SealExpectations { Label = "weights" });
            reader.Read(0, new byte[reader.Length]);
            return true;
        },
        e => e is SealedFileException);

    private static IEnumerable<byte[]> Pems()
    {
        var (deal, shares) = KeyDeal.Split("models", Key.Bytes, 2, 3);
        yield return Scratch.Written(path => KeyDealFiles.Save(path, deal));
        yield return Scratch.Written(path => KeyDealFiles.Save(path, shares[0]));
        yield return Scratch.Written(path => DataKeyFile.Save(path, Key));
        yield return Encoding.ASCII.GetBytes(FuzzMembers.Alice.SealingKey.ExportPem());
        yield return Encoding.ASCII.GetBytes(FuzzMembers.Alice.Certificate.ExportCertificatePem() + "\n" + FuzzMembers.Party.Certificate.ExportCertificatePem());
        yield return Encoding.ASCII.GetBytes(FuzzMembers.Alice.Certificate.PublicKey.GetECDsaPublicKey()!.ExportSubjectPublicKeyInfoPem());
    }

    private static IEnumerable<byte[]> Texts =>
    [
        .. ((string[])[
            Convert.ToBase64String(new byte[40]) + "\n", "party.p0 17\nown 1763840000\n", Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()) + "\n", "127.0.0.1:7000", "[::1]:7100",
            GrowthRow.Header + "\n\"gpt2:layers=2,hidden=64\",24,1,2,2,5,0.5,2,0.25,0.5,0.1,0.1,300,4000,5000,6000\n"]).Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>Every parser of small text files reads every input.</summary>
    private static Outcome KeyFiles(byte[] bytes)
    {
        var path = Scratch.Write("keys/current.key", bytes);
        return Attempt.All(
            Attempt.Read(() => $"{KeyDealFiles.LoadDeal(path).Threshold}", e => e is InvalidDataException),
            Attempt.Read(() => $"{KeyDealFiles.LoadShare(path).Index}", e => e is InvalidDataException),
            Attempt.Read(() => $"{DataKeyFile.Load(path).Name.Length}", e => e is InvalidDataException),
            Attempt.Read(() => $"{SealingKeyPair.ImportPem(Encoding.UTF8.GetString(bytes)).PublicKey.Length}", e => e is InvalidDataException or FormatException),
            Attempt.Read(() => $"{TrustAnchors.LoadCertificates(path).Length}", e => e is InvalidDataException),
            Attempt.Read(() => $"{AuditSigners.OfKeyFile(path)}", e => e is InvalidDataException),
            Attempt.Read(() => $"{RevocationFile.Read(path).Length > 0}", e => e is InvalidDataException),
            Attempt.Read(() => $"{new HighWaterMarks(path).Read("own") > 0}", e => e is InvalidDataException),
            Attempt.Read(() => $"{new KeyFolder(Scratch.At("keys")).Current().PublicKey}"[..1], e => e is OverlayException),
            Attempt.Read(() => $"{HostAddress.Parse(Encoding.UTF8.GetString(bytes)).Port > 0}", e => e is InvalidDataException),
            Attempt.Read(() => $"{GrowthFile.Open(path).Rows.Count}", e => e is UsageException),
            EndorsementSeed.Read(path, bytes));
    }

    private static byte[] IdentityFiles()
    {
        FuzzMembers.Alice.Save(Scratch.At("alice"));
        return Scratch.Join([.. ((string[])["certificate.pem", "key.pem", "sealing-key.pem"]).Select(f => File.ReadAllBytes(Scratch.At($"alice/{f}")))]);
    }

    private static byte[] AuthorityFiles()
    {
        FuzzMembers.Authority.Save(Scratch.At("authority"));
        return Scratch.Join([.. ((string[])["ca.pem", "ca-key.pem"]).Select(f => File.ReadAllBytes(Scratch.At($"authority/{f}"))), []]);
    }

    /// <summary>The input's pieces as an identity's files, and as an authority's.</summary>
    private static Outcome Identities(byte[] bytes)
    {
        var files = Scratch.Split(bytes, 3);
        string[] names = ["certificate.pem", "key.pem", "sealing-key.pem", "ca.pem", "ca-key.pem"];
        for (var i = 0; i < names.Length; i++) Scratch.Write($"identity/{names[i]}", files[i % 3]);
        return Attempt.All(
            Attempt.Read(() => Identity.Load(Scratch.At("identity")).Name, e => e is InvalidDataException),
            Attempt.Read(() => CertificateAuthority.Load(Scratch.At("identity")) is null ? "" : "authority", e => e is InvalidDataException));
    }

    private static IReadOnlyList<byte[]> Jsons() =>
    [
        """{"library":"/usr/lib/softhsm/libsofthsm2.so","token":"mimir","key":"ca"}"""u8.ToArray(),
        Scratch.Written(new PrefixFile(new string('a', 32), "layout", [1, 2, 3]).Write),
        Scratch.Written(path => Machine.Development().Write(path)),
        """[{"shape":"a","context":64,"parties":2,"security":"active","rounds_per_layer":1,"rounds_per_token":2,"opened_bytes_per_layer":3,"opened_bytes_per_token":4,"dealt_bytes_per_token":5}]"""u8.ToArray(),
    ];

    private static Outcome JsonFiles(byte[] bytes)
    {
        var path = Scratch.Write($"json/{TokenAuthority.FileName}", bytes);
        return Attempt.All(
            Attempt.Read(() => $"{TokenAuthority.Read(Scratch.At("json")).Key.Length > 0}", e => e is InvalidDataException),
            Attempt.Read(() => $"{PrefixFile.Read(path)!.Reusable([1, 2, 3, 4], "layout")}", e => e is UsageException),
            Attempt.Read(() => $"{Machine.Read(path).Cores > 0}", e => e is UsageException),
            Attempt.Read(() => $"{StepBudget.Read(path).Count}", e => e is UsageException));
    }

    private static byte[] Drafter()
    {
        var stream = new MemoryStream();
        NgramTable.Build([[1, 2, 3, 1, 2, 3, 1, 2, 4]], 8, 3, 1).Write(stream);
        return stream.ToArray();
    }
}
