using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mimir.Cli;
using Mimir.Cli.Benching;
using Mimir.Cli.Configuration;
using Mimir.Cli.Generation;
using Mimir.Cli.Planning.Machines;
using Mimir.Client.Drafting;
using Mimir.Trust;
using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;
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
            new("key-files", KeyFileSeed.Files(Key), KeyFileSeed.Read),
            new("identity", [IdentityFiles(), AuthorityFiles()], Identities),
            new("json-files", Jsons(), JsonFiles),
            new("configuration", ConfigurationSeed.Files, b => Attempt.Read(() => Configure(b), e => e is ConfigurationException)),
            new("drafter", [Drafter()], b => Attempt.Read(() => Draft(b), e => e is InvalidDataException)),
        ];
    }

    private static byte[] Sealed(int length) =>
        Scratch.Written(path => SealedFile.Seal(new MemoryStream(new byte[length]), path, Key, new SealTerms("weights") { ChunkBits = 12, Counter = 3 }));

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
        JsonSerializer.SerializeToUtf8Bytes(new[] { new Dictionary<string, object> { ["shape"] = "a", ["context"] = 64, ["security"] = "active", ["rounds_per_layer"] = 1 } }),
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

    private static string Configure(byte[] yaml) => ConfigLoader.Build(YamlSettings.Parse(Encoding.UTF8.GetString(yaml), "c")).Active ? "active" : "passive";

    private static string Draft(byte[] bytes)
    {
        var table = NgramTable.Read(new MemoryStream(bytes));
        return $"{table.Orders} {table.TryFind(table.Orders, 0, out _, out _)}";
    }

    private static byte[] Drafter()
    {
        var stream = new MemoryStream();
        NgramTable.Build([[1, 2, 3, 1, 2, 3, 1, 2, 4]], 8, 3, 1).Write(stream);
        return stream.ToArray();
    }
}
